package hacert.x509;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What the PKI of an enterprise hands out, made by the real openssl in a directory: {@code
 * root.crt} and a sub-CA {@code sub.crt} of it, with their keys {@code root.key} and {@code
 * sub.key}, which are not encrypted, all in PEM.
 */
public final class EnterpriseCa {
  private static final byte[] NONE = {};
  private final Path directory;

  private EnterpriseCa(Path directory) {
    this.directory = directory;
  }

  /**
   * Makes it.
   *
   * @param keys of both CAs, as {@code rsa:2048} or {@code ec:P-256}
   */
  public static EnterpriseCa make(Path directory, String keys) throws IOException {
    EnterpriseCa ca = new EnterpriseCa(Files.createDirectories(directory));
    ca.issue("root", keys, "", "basicConstraints=critical,CA:TRUE", "-sha256");
    ca.issue("sub", keys, "root", "basicConstraints=critical,CA:TRUE,pathlen:0", "-sha256");
    return ca;
  }

  /** A path in the directory. */
  public Path path(String name) {
    return directory.resolve(name);
  }

  /** The content of a file in the directory. */
  public byte[] bytes(String name) throws IOException {
    return Files.readAllBytes(path(name));
  }

  /**
   * Makes {@code NAME.key} and {@code NAME.crt}.
   *
   * @param issuer name of the CA that issues it; empty: itself
   * @param extensions lines of them, parted by {@code ;}
   * @param more arguments of {@code openssl x509 -req}
   */
  public EnterpriseCa issue(
      String name, String keys, String issuer, String extensions, String... more)
      throws IOException {
    String[] kind = keys.split(":");
    openssl(
        "genpkey",
        "-algorithm",
        kind[0],
        "-pkeyopt",
        (kind[0].equals("ec") ? "ec_paramgen_curve:" : "rsa_keygen_bits:") + kind[1],
        "-out",
        name + ".key");
    return certify(name, issuer, extensions, more);
  }

  /** The same for a key that is there. */
  public EnterpriseCa certify(String name, String issuer, String extensions, String... more)
      throws IOException {
    Files.writeString(path(name + ".ext"), extensions.replace(';', '\n') + "\n");
    openssl("req", "-new", "-key", name + ".key", "-subj", "/O=Shop/CN=" + name, "-out", "csr");
    List<String> words =
        new ArrayList<>(
            List.of("x509", "-req", "-in", "csr", "-extfile", name + ".ext", "-days", "3000"));
    words.addAll(
        issuer.isEmpty()
            ? List.of("-signkey", name + ".key")
            : List.of("-CA", issuer + ".crt", "-CAkey", issuer + ".key", "-set_serial", serial()));
    words.addAll(List.of(more));
    words.addAll(List.of("-out", name + ".crt"));
    openssl(words.toArray(String[]::new));
    return this;
  }

  private static String serial() {
    return "0x1" + Long.toHexString(System.nanoTime());
  }

  /** Joins files into a new one. */
  public EnterpriseCa join(String name, String... parts) throws IOException {
    StringBuilder all = new StringBuilder();
    for (String part : parts) {
      all.append(Files.readString(path(part)));
    }
    Files.writeString(path(name), all);
    return this;
  }

  /**
   * Runs openssl on files of the directory: words with a dot that begin with a letter are names.
   */
  public EnterpriseCa openssl(String... words) throws IOException {
    return opensslWith("", words);
  }

  /** The same with a password on standard input. */
  public EnterpriseCa opensslWith(String password, String... words) throws IOException {
    String[] absolute = new String[words.length];
    for (int i = 0; i < words.length; i++) {
      boolean name =
          words[i].equals("csr")
              || words[i].matches("[a-z][\\w-]*\\.(crt|key|ext|pem|p12|p7b|der|cer|pfx|csr)");
      absolute[i] = name ? path(words[i]).toString() : words[i];
    }
    Openssl.ok(password.isEmpty() ? NONE : Openssl.line(password), absolute);
    return this;
  }
}
