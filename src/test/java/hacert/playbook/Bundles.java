package hacert.playbook;

import hacert.x509.Openssl;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;

/** Root bundles as an enterprise CA would hand them out: made by openssl, below one directory. */
final class Bundles {
  private static final String CONFIGURATION =
      """
      [req]
      distinguished_name = name
      [name]
      [ca]
      default_ca = it
      [it]
      new_certs_dir = %1$s
      database = %1$s/index
      default_md = sha256
      rand_serial = yes
      policy = any
      [any]
      countryName = optional
      organizationName = optional
      commonName = supplied
      [root]
      basicConstraints = critical,CA:TRUE
      keyUsage = critical,keyCertSign,cRLSign
      subjectKeyIdentifier = hash
      [leaf]
      basicConstraints = critical,CA:FALSE
      keyUsage = critical,digitalSignature
      """;

  private final Path directory;
  private final String password;

  Bundles(Path directory, String password) {
    this.directory = directory;
    this.password = password;
  }

  /** A bundle that may be installed. */
  Path good(String name) {
    return make(name, "root", 0, 3650);
  }

  Path expired(String name) {
    return make(name, "root", -400, -1);
  }

  /** A certificate that may issue nothing. */
  Path leaf(String name) {
    return make(name, "leaf", 0, 3650);
  }

  /** A certificate with the key of another. */
  Path foreignKey(String name) {
    Path bundle = good(name);
    replace(good(name + "-other").resolve("root-ca.pem"), bundle.resolve("root-ca.pem"));
    return bundle;
  }

  /** A bundle one of whose files was cut off or grew. */
  Path resized(String name, String file, int size) {
    Path path = good(name).resolve(file);
    try {
      Files.write(path, java.util.Arrays.copyOf(Files.readAllBytes(path), size));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return path.getParent();
  }

  /** A bundle without its key. */
  Path keyless(String name) {
    Path bundle = good(name);
    try {
      Files.delete(bundle.resolve("root-ca.pem"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bundle;
  }

  static String serial(Path bundle) {
    return LabHost.serial(bundle.resolve("root-ca.crt"));
  }

  private Path make(String name, String extensions, int fromDay, int toDay) {
    Path bundle = directory.resolve(name);
    try {
      Files.createDirectories(bundle);
      Path work = Files.createDirectory(directory.resolve(name + "-work"));
      Files.createFile(work.resolve("index"));
      Path configuration = work.resolve("ca.conf");
      Files.writeString(configuration, CONFIGURATION.formatted(work));
      String key = bundle.resolve("root-ca.pem").toString();
      String request = work.resolve("request").toString();
      openssl("genpkey", "-algorithm", "RSA", "-aes-256-cbc", "-pass", "stdin", "-out", key);
      openssl(
          "req",
          "-new",
          "-config",
          configuration.toString(),
          "-key",
          key,
          "-passin",
          "stdin",
          "-subj",
          "/C=DE/O=Enterprise/CN=" + name,
          "-out",
          request);
      openssl(
          "ca",
          "-config",
          configuration.toString(),
          "-batch",
          "-notext",
          "-selfsign",
          "-startdate",
          day(fromDay),
          "-enddate",
          day(toDay),
          "-keyfile",
          key,
          "-passin",
          "stdin",
          "-in",
          request,
          "-extensions",
          extensions,
          "-out",
          bundle.resolve("root-ca.crt").toString());
      return bundle;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void openssl(String... words) throws IOException {
    Openssl.ok(Openssl.line(password), List.of(words).toArray(String[]::new));
  }

  private static String day(int offset) {
    return ZonedDateTime.now(ZoneOffset.UTC)
        .minusHours(1)
        .plusDays(offset)
        .format(DateTimeFormatter.ofPattern("yyyyMMddHHmmss'Z'"));
  }

  private static void replace(Path from, Path to) {
    try {
      Files.copy(from, to, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
