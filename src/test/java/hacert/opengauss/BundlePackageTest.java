package hacert.opengauss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import hacert.host.HostException;
import hacert.target.Bundle;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TimeZone;
import java.util.concurrent.TimeUnit;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BundlePackageTest {
  private static final Bundle BUNDLE = bundle();

  @TempDir Path dir;

  private static Bundle bundle() {
    Map<String, byte[]> files = new LinkedHashMap<>();
    List<String> names = new ArrayList<>(ServerBundle.ALL);
    Collections.reverse(names);
    names.forEach(name -> files.put(name, ("content of " + name).repeat(9).getBytes()));
    return new Bundle(files);
  }

  private static String code(byte[] zip) {
    HostException thrown = catchThrowableOfType(HostException.class, () -> BundlePackage.read(zip));
    if (thrown == null) {
      return "";
    }
    assertThat(thrown.getMessage()).isNotBlank().doesNotContain("\0", "\n");
    assertThat(thrown.finding().remedy()).isNotBlank();
    return thrown.code();
  }

  /** Python's zipfile, with which gs_om opens a package; {@code z} is the package. */
  private byte[] python(String statements) throws Exception {
    Path zip = dir.resolve("p.zip");
    String program =
        "import sys, zipfile\nz = zipfile.ZipFile(sys.argv[1], 'w')\n" + statements + "\nz.close()";
    Process process =
        new ProcessBuilder("/usr/bin/python3", "-W", "ignore", "-c", program, zip.toString())
            .inheritIO()
            .start();
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isZero();
    return Files.readAllBytes(zip);
  }

  private static String info(String name, String type) {
    return "i = zipfile.ZipInfo('%s'); i.create_system = 3; i.external_attr = %s << 16\n"
        .formatted(name, type);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "../server.crt",
        "/etc/server.crt",
        "certs/server.crt",
        "certs/",
        "..\\\\server.crt",
        "server.crt/",
        "./server.crt"
      })
  void refuses_directories_and_ways_out_of_them(String name) throws Exception {
    assertThat(code(python("z.writestr('" + name + "', 'x')"))).isEqualTo("PACKAGE_NESTED");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SERVER.CRT",
        "server.crt ",
        "server.crt\\x01",
        "other",
        "inner.zip",
        "sérver.crt"
      })
  void refuses_other_names(String name) throws Exception {
    assertThat(code(python("z.writestr('" + name + "', 'x')"))).isEqualTo("PACKAGE_EXTRA");
  }

  @Test
  void refuses_a_package_in_a_package() throws Exception {
    Files.write(dir.resolve("inner"), BundlePackage.write(BUNDLE));
    assertThat(code(python("z.write('" + dir.resolve("inner") + "', 'db-cert-replacement.zip')")))
        .isEqualTo("PACKAGE_EXTRA");
  }

  @ParameterizedTest
  @CsvSource({
    "0o120777, PACKAGE_LINK",
    "0o040755, PACKAGE_EXTRA",
    "0o010644, PACKAGE_EXTRA",
    "0o100600, ''",
    "0o600, ''"
  })
  void refuses_links_and_devices(String type, String code) throws Exception {
    assertThat(code(python(info("server.crt", type) + "z.writestr(i, '/etc/passwd')")))
        .isEqualTo(code);
  }

  @Test
  void refuses_one_name_twice() throws Exception {
    assertThat(code(python("z.writestr('server.crt', 'a')\nz.writestr('server.crt', 'b')")))
        .isEqualTo("PACKAGE_TWICE");
  }

  @Test
  void refuses_a_bomb_whether_it_tells_its_size_or_not() throws Exception {
    byte[] honest = python("z.writestr('server.crt', bytes(50 << 20), zipfile.ZIP_DEFLATED)");
    assertThat(honest.length).isLessThan(1 << 20);
    assertThat(code(honest)).isEqualTo("PACKAGE_TOO_LARGE");
    ByteBuffer lying = ByteBuffer.wrap(honest).order(ByteOrder.LITTLE_ENDIAN);
    int listed = lying.getInt(honest.length - 22 + 16);
    lying.putInt(22, 100).putInt(listed + 24, 100);
    assertThat(code(honest)).isEqualTo("PACKAGE_UNREADABLE");
    assertThat(code(new byte[BundlePackage.LARGEST + 1])).isEqualTo("PACKAGE_TOO_LARGE");
    assertThat(code(python("for n in range(2000): z.writestr('f%d' % n, 'x')")))
        .isEqualTo("PACKAGE_UNREADABLE");
  }

  @Test
  void refuses_encrypted_entries() {
    byte[] zip = BundlePackage.write(BUNDLE);
    int listed = ByteBuffer.wrap(zip).order(ByteOrder.LITTLE_ENDIAN).getInt(zip.length - 22 + 16);
    zip[6] |= 1;
    zip[listed + 8] |= 1;
    assertThat(code(zip)).isEqualTo("PACKAGE_ENCRYPTED");
  }

  @Test
  void refuses_what_is_before_between_or_behind() throws Exception {
    byte[] zip = BundlePackage.write(BUNDLE);
    assertThat(code(join(new byte[1], zip))).isEqualTo("PACKAGE_UNREADABLE");
    assertThat(code(join(zip, new byte[1]))).isEqualTo("PACKAGE_UNREADABLE");
    assertThat(code(join(zip, zip))).isEqualTo("PACKAGE_UNREADABLE");
    assertThat(code(python("z.comment = b'x'\nz.writestr('server.crt', 'x')")))
        .isEqualTo("PACKAGE_UNREADABLE");
    assertThat(
            code(python("z.fp.write(b'garbage')\nz.start_dir = 7\nz.writestr('server.crt', 'x')")))
        .isEqualTo("PACKAGE_UNREADABLE");
    assertThat(
            code(
                python(
                    "z.writestr('server.crt', 'x')\nz.fp.write(b'gap')\nz.start_dir = z.fp.tell()\n"
                        + "z.writestr('server.key', 'x')")))
        .isEqualTo("PACKAGE_UNREADABLE");
  }

  private static byte[] join(byte[] one, byte[] two) {
    byte[] both = Arrays.copyOf(one, one.length + two.length);
    System.arraycopy(two, 0, both, one.length, two.length);
    return both;
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "x", "PK", "PK\3\4", "<html>not found</html>"})
  void refuses_what_is_no_package(String text) {
    assertThat(code(text.getBytes(StandardCharsets.ISO_8859_1))).isEqualTo("PACKAGE_UNREADABLE");
  }

  @Test
  void refuses_every_package_that_is_cut_off() {
    byte[] zip = BundlePackage.write(BUNDLE);
    for (int length = 0; length < zip.length; length++) {
      assertThat(code(Arrays.copyOf(zip, length))).isEqualTo("PACKAGE_UNREADABLE");
    }
  }

  /** A byte that nobody reads, as a time, may change; a file never does. */
  @Test
  void never_gives_other_files_than_were_written_whatever_byte_is_changed() throws Exception {
    byte[] zip = BundlePackage.write(BUNDLE);
    Random random = new Random(1);
    int refused = 0;
    for (int at = 0; at < zip.length; at++) {
      byte before = zip[at];
      zip[at] ^= (byte) (1 + random.nextInt(255));
      try {
        Bundle read = BundlePackage.read(zip);
        assertThat(read.files().keySet()).containsExactlyElementsOf(ServerBundle.ALL);
        read.files().forEach((name, c) -> assertThat(c).isEqualTo(BUNDLE.files().get(name)));
      } catch (HostException e) {
        refused++;
      }
      zip[at] = before;
    }
    assertThat(refused).isGreaterThan(zip.length / 2);
  }

  @Test
  void writes_no_other_names() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> BundlePackage.write(new Bundle(Map.of("other", new byte[1]))));
  }

  @Test
  void writes_the_same_bytes_whatever_the_order_and_the_time_zone() {
    byte[] zip = BundlePackage.write(BUNDLE);
    Map<String, byte[]> sorted = new java.util.TreeMap<>(BUNDLE.files());
    TimeZone zone = TimeZone.getDefault();
    try {
      for (String id : new String[] {"Asia/Shanghai", "America/New_York", "UTC"}) {
        TimeZone.setDefault(TimeZone.getTimeZone(id));
        assertThat(BundlePackage.write(new Bundle(sorted))).isEqualTo(zip);
      }
    } finally {
      TimeZone.setDefault(zone);
    }
  }

  @Test
  void python_reads_what_we_write() throws Exception {
    Path zip = Files.write(dir.resolve("a.zip"), BundlePackage.write(BUNDLE));
    Process process =
        new ProcessBuilder(
                "/usr/bin/python3",
                "-c",
                "import sys, zipfile\nz = zipfile.ZipFile(sys.argv[1])\nassert z.testzip() is None\n"
                    + "print(' '.join(z.namelist()), z.read('client.key.rand').decode())",
                zip.toString())
            .start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(said.strip())
        .isEqualTo(
            String.join(" ", ServerBundle.ALL) + " " + "content of client.key.rand".repeat(9));
  }

  @ParameterizedTest
  @ValueSource(strings = {"ZIP_STORED", "ZIP_DEFLATED"})
  void reads_what_python_writes(String method) throws Exception {
    byte[] zip =
        python(
            "for n in %s: z.writestr(n, ('content of ' + n) * 9, zipfile.%s)"
                .formatted(
                    BUNDLE.files().keySet().stream().map(n -> "'" + n + "'").toList(), method));
    same(BundlePackage.read(zip));
  }

  /** Java writes checksum and size behind the content. */
  @Test
  void reads_what_java_writes() throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      for (Map.Entry<String, byte[]> file : BUNDLE.files().entrySet()) {
        zip.putNextEntry(new ZipEntry(file.getKey()));
        zip.write(file.getValue());
      }
    }
    same(BundlePackage.read(bytes.toByteArray()));
  }

  @Test
  void reads_back_what_it_writes() throws Exception {
    same(BundlePackage.read(BundlePackage.write(BUNDLE)));
  }

  private static void same(Bundle read) throws IOException {
    assertThat(read.files().keySet()).containsExactlyElementsOf(ServerBundle.ALL);
    read.files().forEach((name, c) -> assertThat(c).isEqualTo(BUNDLE.files().get(name)));
  }
}
