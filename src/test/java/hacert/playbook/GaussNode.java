package hacert.playbook;

import hacert.x509.Openssl;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** A node of openGauss, looked at from beside: its files, and what it serves. */
record GaussNode(LabHost host, String address, int port) {
  private static final String SETTINGS = "postgresql.conf";
  private static final String CRL = "ssl_crl_file";

  /** Names the running process: another one after each start. */
  private static final String PROCESS = "postmaster.pid";

  String name() {
    return host.name();
  }

  /** The ports for clients and for HA. */
  List<Integer> ports() {
    return List.of(port, port + 1);
  }

  Path data() {
    return host.directory().resolve("opt/opengauss/data/dn1");
  }

  /** Where the certificates of gs_om and its like lie; there are none before 5.0. */
  Path om() {
    return host.directory().resolve("opt/opengauss/app/share/sslcert/om");
  }

  Path temporary() {
    return host.directory().resolve("opt/opengauss/tmp");
  }

  /** Everything installed; of the settings only that which names the CRL. */
  Map<String, String> installed() {
    Map<String, String> all =
        Tree.of(
            host.directory().resolve("opt"),
            path -> path.getFileName().toString().startsWith(SETTINGS) || path.endsWith(PROCESS));
    all.put(CRL, crlSetting());
    return all;
  }

  /** The file that the settings name as CRL; empty if none. */
  String crlSetting() {
    try (Stream<String> lines = Files.lines(data().resolve(SETTINGS))) {
      return lines
          .map(String::strip)
          .filter(line -> line.startsWith(CRL))
          .map(line -> line.split("'")[1])
          .reduce("", (x, y) -> y);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  String installedLeaf() {
    return LabHost.serial(data().resolve("server.crt"));
  }

  /** How many CAs are trusted. */
  int trusted() {
    try {
      return Files.readString(data().resolve("cacert.pem")).split("BEGIN CERT", -1).length - 1;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Whether this password opens the installed key. */
  boolean keyOpensWith(String password) {
    try {
      String key = data().resolve("server.key").toString();
      byte[] line = Openssl.line(password);
      return Openssl.run(line, "pkey", "-in", key, "-passin", "stdin", "-noout").code() == 0;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Whether openssl takes a certificate of the data directory as issued by the CAs beside it. */
  boolean chains() {
    String ca = data().resolve("cacert.pem").toString();
    String leaf = data().resolve("server.crt").toString();
    return Command.ok(Lab.PROJECT, Duration.ofMinutes(1), "openssl", "verify", "-CAfile", ca, leaf)
        .strip()
        .endsWith(": OK");
  }

  /** The serial of what a new connection gets; or what openssl says where it gets nothing. */
  String served(int at) {
    try {
      Openssl.Run seen =
          Openssl.run(
              new byte[0], "s_client", "-starttls", "postgres", "-connect", address + ":" + at);
      String text = seen.text();
      int begin = text.indexOf("-----BEGIN CERTIFICATE-----");
      if (begin < 0) {
        return text;
      }
      byte[] pem = text.substring(begin).getBytes(StandardCharsets.US_ASCII);
      return new String(Openssl.ok(pem, "x509", "-noout", "-serial"), StandardCharsets.US_ASCII)
          .strip()
          .replace("serial=", "");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * SHA-256 of each file of the bundle by its path, in the data directory and, from 5.0 on, in
   * those of the tools.
   */
  Map<Path, String> bundle() {
    Path tools = om().getParent();
    boolean kept = Files.exists(om().resolve("server.crt"));
    try (Stream<Path> data = Files.list(data());
        Stream<Path> rest = kept ? Files.walk(tools) : Stream.empty()) {
      Map<Path, String> all = new TreeMap<>();
      for (Path path : Stream.concat(data, rest).filter(GaussNode::isOfBundle).toList()) {
        all.put(path, Tree.sha256(Files.readAllBytes(path)));
      }
      return all;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean isOfBundle(Path path) {
    return path.getFileName().toString().matches("cacert\\.pem|(server|client)\\.(crt|key.*)");
  }

  /** What a gs_om that was ended leaves behind. */
  List<String> leftBehind() {
    try (Stream<Path> data = Files.list(data());
        Stream<Path> temporary = Files.list(temporary())) {
      return Stream.concat(data, temporary)
          .map(p -> p.getFileName().toString())
          .filter(
              n ->
                  n.equals("certFlag")
                      || n.startsWith("tempCertDir")
                      || n.equals("tempDir")
                      || n.startsWith(".action_flag_file"))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
