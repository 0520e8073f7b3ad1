package hacert.rotation;

import hacert.host.Commands;
import hacert.host.Detached;
import hacert.host.HostException;
import hacert.host.LoginEnvironment;
import hacert.host.Terminal;
import hacert.host.User;
import hacert.target.Host;
import hacert.target.NodeIdentity;
import hacert.x509.Openssl;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** A directory that stands for a management node: home, vendor tree, and stand-ins of scripts. */
final class TestHost {
  static final String PASSWORD = "It\'s$`\\1x";

  /** A part of it that stands the same in JSON. */
  static final String PART_OF_PASSWORD = PASSWORD.substring(0, 6);

  private static final String ROOT_CERTIFICATE = "root-ca.crt";
  private static final String ROOT_KEY = "root-ca.pem";
  private static final List<String> SCRIPTS =
      List.of("status-oms.sh", "restart-oms.sh", "replacehaSSLCert.sh");

  final String name;
  final Path here;
  final NodeIdentity identity;

  Terminal terminal = Terminal.system();

  /** Whom the program believes to run as. */
  User user = User.own();

  /** What it takes the time from. */
  Clock clock;

  /** What it takes deadlines from; null for the clock. */
  InstantSource ticks;

  private String profile = "";
  private LoginEnvironment login;

  /** A host that was made before. */
  TestHost(Path base, String name, String address, Clock clock) {
    this.name = name;
    this.here = base.resolve(name);
    this.clock = clock;
    this.identity = new NodeIdentity(name, address, 22, "");
  }

  /** Makes it, without certificates. */
  void make(String role) throws IOException {
    for (Path directory :
        List.of(home(), certHa(), localCert(), conf(), here.resolve("ha"), switches())) {
      Files.createDirectories(directory);
    }
    Files.writeString(
        home().resolve(".profile"),
        """
        echo 'Welcome, HAMode single'
        export BIGDATA_HOME=%s OMS_RUN_PATH=%s TZ=Asia/Shanghai
        umask 077
        """
            .formatted(here.resolve("Bigdata"), run()));
    script(here, "common.sh");
    for (String script : SCRIPTS) {
      script(Files.createDirectories(omHome().resolve("sbin")), script);
    }
    script(
        Files.createDirectories(run().resolve("workspace/ha/module/hacom/script")), "gen-cert.sh");
    Files.writeString(here.resolve("ha/role"), role + "\n");
    Files.writeString(
        here.resolve("ha/start"),
        DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss")
            .format(LocalDateTime.now(java.time.ZoneId.of("Asia/Shanghai"))));
    Files.writeString(conf().resolve("ha.key"), "old cipher");
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void script(Path directory, String script) throws IOException {
    try (InputStream in = TestHost.class.getResourceAsStream("/hacert/rotation/" + script)) {
      String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      Files.writeString(directory.resolve(script), text.replace("@HERE@", here.toString()));
    }
  }

  /** Makes a key and a server certificate of this root for the host of this name, beside it. */
  static void issue(Path root, String name) throws IOException {
    Openssl.ok(
        new byte[0],
        ("req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout %s -subj /CN=%s -out"
                + " %s")
            .formatted(root.resolve(name + ".key"), name, root.resolve(name + ".csr"))
            .split(" "));
    sign(root, root.resolve(name + ".csr"), 3000, root.resolve(name + ".crt"));
  }

  /** Installs this root and the server certificate that it has issued, as if an hour ago. */
  void install(Path root) throws IOException {
    for (String file : List.of(ROOT_CERTIFICATE, ROOT_KEY)) {
      Files.copy(root.resolve(file), certHa().resolve(file));
    }
    Files.copy(root.resolve(name + ".key"), certHa().resolve("server.key"));
    Files.copy(root.resolve(name + ".csr"), here.resolve("csr"));
    Files.copy(root.resolve(name + ".crt"), certHa().resolve("server.crt"));
    Files.copy(root.resolve(ROOT_CERTIFICATE), localCert().resolve(ROOT_CERTIFICATE));
    Files.copy(root.resolve(ROOT_CERTIFICATE), here.resolve("ha/loaded"));
    settle();
  }

  /** What a person does with the vendor's means: other certificates, and HA started with them. */
  void replaceByHand(Path root) throws IOException {
    for (Path directory : List.of(certHa(), localCert())) {
      try (Stream<Path> files = Files.list(directory)) {
        for (Path file : files.toList()) {
          Files.delete(file);
        }
      }
    }
    Files.delete(here.resolve("csr"));
    Files.delete(here.resolve("ha/loaded"));
    install(root);
    startedBeside();
  }

  /** HA was started by somebody else, and tells so. */
  void startedBeside() throws IOException {
    Files.writeString(here.resolve("ha/start"), "2031-01-01 12:00:00");
  }

  /** Has a server certificate that ended yesterday, and has served it since it was valid. */
  void expire() throws IOException {
    sign(certHa(), here.resolve("csr"), -1, certHa().resolve("server.crt"));
    settle();
  }

  private static void sign(Path root, Path csr, int days, Path certificate) throws IOException {
    Openssl.ok(
        Openssl.line(PASSWORD),
        ("x509 -req -in %s -CA %s -CAkey %s -passin stdin -days %d -set_serial 7 -out %s")
            .formatted(
                csr, root.resolve(ROOT_CERTIFICATE), root.resolve(ROOT_KEY), days, certificate)
            .split(" "));
  }

  /** Has the copies and modes that HA wants, all written an hour ago. */
  private void settle() throws IOException {
    Path certificate = certHa().resolve("server.crt");
    Files.write(localCert().resolve("server.pem"), Files.readAllBytes(certificate));
    for (Path directory : List.of(certHa(), localCert(), conf())) {
      try (Stream<Path> files = Files.walk(directory)) {
        for (Path file : files.toList()) {
          boolean isDirectory = Files.isDirectory(file);
          Files.setPosixFilePermissions(
              file, PosixFilePermissions.fromString(isDirectory ? "rwx------" : "rw-------"));
          Files.setLastModifiedTime(file, FileTime.from(Instant.now().minusSeconds(3600)));
        }
      }
    }
    Files.setPosixFilePermissions(certificate, PosixFilePermissions.fromString("rw-r-----"));
  }

  Path home() {
    return here.resolve("home");
  }

  Path omHome() {
    return here.resolve("Bigdata/om-0.0.1");
  }

  Path certHa() {
    return omHome().resolve("security/certHA");
  }

  Path run() {
    return here.resolve("OMS");
  }

  Path localCert() {
    return run().resolve("workspace0/ha/local/cert");
  }

  Path conf() {
    return run().resolve("workspace0/ha/local/hacom/conf");
  }

  Path state() {
    return home().resolve(".hacert/pair");
  }

  private Path switches() {
    return here.resolve("switch");
  }

  /** Opens it as the program would; while its profile is the same, with what that gave before. */
  Host open() throws HostException {
    Commands commands = Commands.system();
    String text = read(home().resolve(".profile"));
    if (!text.equals(profile)) {
      login =
          LoginEnvironment.capture(
              commands,
              Map.of("HOME", home().toString(), "PATH", "/usr/bin:/bin", "SHELL", "/bin/sh"),
              Duration.ofSeconds(20));
      profile = text;
    }
    return new Host(
        login,
        commands,
        terminal,
        Detached.system(),
        Map.of(),
        user,
        clock,
        ticks == null ? clock : ticks,
        new SecureRandom());
  }

  void on(String name) throws IOException {
    Files.writeString(switches().resolve(name), "");
  }

  void once(String name) throws IOException {
    Files.writeString(switches().resolve(name), "once\n");
  }

  void off(String name) throws IOException {
    Files.deleteIfExists(switches().resolve(name));
  }

  void role(String role) throws IOException {
    Files.writeString(here.resolve("ha/role"), role + "\n");
  }

  int count(String event) throws IOException {
    Path file = here.resolve("ha").resolve(event);
    return Files.exists(file) ? Files.readAllLines(file).size() : 0;
  }

  /** Whether the HA process works with the root that is installed. */
  boolean runsWhatIsInstalled() throws IOException {
    return Files.mismatch(here.resolve("ha/loaded"), certHa().resolve("root-ca.crt")) == -1;
  }

  String root() throws IOException {
    return Files.readString(certHa().resolve("root-ca.crt"));
  }

  Journal journal() throws HostException {
    return new JournalStore(new StateDirectory(state())).load().orElseThrow();
  }

  GenerationStore generations() {
    return new GenerationStore(new StateDirectory(state()));
  }

  /** Content, mode and time of everything in the vendor's certificate directories. */
  Map<String, String> installed() throws IOException {
    Map<String, String> all = new TreeMap<>();
    for (Path directory : List.of(certHa(), localCert(), conf())) {
      all.putAll(tree(directory));
    }
    return all;
  }

  /** Content, mode and time of everything below a directory. */
  static Map<String, String> tree(Path directory) throws IOException {
    Map<String, String> all = new TreeMap<>();
    try (Stream<Path> below = Files.walk(directory)) {
      for (Path path : below.toList()) {
        String content =
            Files.isRegularFile(path)
                ? HexFormat.of()
                    .formatHex(
                        MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(path)))
                : "";
        all.put(
            path.toString(),
            content
                + " "
                + Files.getAttribute(path, "unix:mode")
                + " "
                + Files.getLastModifiedTime(path));
      }
    } catch (java.security.NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
    return all;
  }
}
