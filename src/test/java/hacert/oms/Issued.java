package hacert.oms;

import hacert.x509.Certificates;
import hacert.x509.Openssl;
import hacert.x509.PemKeys;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.List;

/** Certificates of one root, made by openssl: of this node, of the other one, and one to spare. */
record Issued(Path directory, X509Certificate root, String password) {
  /**
   * Makes the root and a certificate each for {@code own}, {@code other} and {@code spare}.
   *
   * @param serial the first hexadecimal digit of their serial numbers
   */
  static Issued make(Path pki, String name, String serial, String password) throws Exception {
    Path directory = Files.createDirectories(pki.resolve(name));
    Path root = directory.resolve("root-ca.crt");
    openssl(
        password,
        "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 9 -subj /CN=Root-%s"
                .formatted(name)
            + " -keyout %s -out %s".formatted(directory.resolve("root.key"), root));
    for (String server : List.of("own", "other", "spare")) {
      Path key = directory.resolve(server + ".key");
      Path csr = directory.resolve(server + ".csr");
      openssl(
          password,
          "genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -aes-256-cbc -pass stdin -out "
              + key);
      openssl(
          password,
          "req -new -key %s -passin stdin -subj /CN=%s -out %s".formatted(key, server, csr));
      openssl(
          password,
          "x509 -req -in %s -CA %s -CAkey %s -set_serial 0x%s -days 9 -out %s"
              .formatted(
                  csr,
                  root,
                  directory.resolve("root.key"),
                  serial + server.length() + "7",
                  directory.resolve(server + ".crt")));
    }
    return new Issued(directory, certificate(root), password);
  }

  private static void openssl(String password, String words) throws IOException {
    Openssl.ok(Openssl.line(password), words.split(" "));
  }

  private static X509Certificate certificate(Path path) throws Exception {
    return Certificates.read(Files.readAllBytes(path)).get(0);
  }

  /** What a process has loaded that trusts its own root. */
  HaServer.Loaded loaded(String name) throws Exception {
    return loaded(name, root);
  }

  /** What a process has loaded that trusts a given root. */
  HaServer.Loaded loaded(String name, X509Certificate trusted) throws Exception {
    byte[] key = Files.readAllBytes(directory.resolve(name + ".key"));
    return new HaServer.Loaded(
        PemKeys.read(key, password.toCharArray()),
        certificate(directory.resolve(name + ".crt")),
        trusted);
  }
}
