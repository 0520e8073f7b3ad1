package hacert.opengauss;

import hacert.host.HostException;
import hacert.result.Finding;
import hacert.target.Bundle;
import hacert.target.Secret;
import hacert.x509.Certificates;
import hacert.x509.DerKeys;
import hacert.x509.KeySpec;
import hacert.x509.PemKeyWriter;
import hacert.x509.Subject;
import java.math.BigInteger;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Makes a bundle: certificates and keys of server and client, issued by one CA. */
public final class BundleMaker {
  /**
   * What openssl writes by default. The server opens its key for each new connection, and the
   * password lies in a file beside it: more rounds would cost each connection and protect nothing.
   */
  private static final int ITERATIONS = 2048;

  private BundleMaker() {}

  /**
   * What a bundle should be like.
   *
   * @param key kind of both keys
   * @param days validity of both certificates from now on
   * @param subject of the server's certificate; without a common name it gets the first host name
   * @param names host names of all nodes, then their addresses; at least one
   * @param clientName common name of the client's certificate: the database user that it is for
   * @param revocation whether there is a CRL, and what is in it
   */
  public record Order(
      KeySpec key,
      int days,
      Subject subject,
      List<String> names,
      String clientName,
      Optional<Revocation> revocation) {
    /** Takes a copy. */
    public Order {
      names = List.copyOf(names);
    }

    private Subject server() {
      return named(subject.commonName().isEmpty() ? names.get(0) : subject.commonName());
    }

    private Subject client() {
      return named(clientName);
    }

    private Subject named(String commonName) {
      return new Subject("", "", "", "", "", commonName, "").orElse(subject);
    }
  }

  /**
   * What the CRL says.
   *
   * @param revoked serial numbers of certificates of the CA, and since when; may be empty
   * @param days until there is another list: behind it the server refuses every client
   */
  public record Revocation(Map<BigInteger, Instant> revoked, int days) {
    /** Takes a copy. */
    public Revocation {
      revoked = Map.copyOf(revoked);
    }
  }

  /**
   * What was made.
   *
   * @param bundle the nine files, {@code client.key.pk8}, and the CRL where one was asked for
   * @param findings {@code CERT_SHORTENED}, {@code PASSWORD_NOT_FOR_JDBC}
   */
  public record Made(Bundle bundle, List<Finding> findings) {}

  /**
   * Makes it. Both keys have the same password.
   *
   * @throws HostException the first breach of {@link KeyPasswordRule}; {@code NAME_INVALID} without
   *     a name; else as {@link CertificateAuthority#issueServer}
   */
  public static Made make(
      CertificateAuthority ca, Order order, Secret password, SecureRandom random)
      throws HostException {
    for (Finding breach : KeyPasswordRule.check(password)) {
      throw new HostException(breach.code(), breach.message(), breach.remedy());
    }
    if (order.names().isEmpty()) {
      throw new HostException(
          "NAME_INVALID",
          "The server's certificate needs at least one host name; there is none.",
          "Give the host names and addresses of the nodes.");
    }
    Optional<byte[]> crl = Optional.empty();
    if (order.revocation().isPresent()) {
      Revocation revocation = order.revocation().get();
      crl = Optional.of(ca.crl(revocation.revoked(), revocation.days()));
    }
    CertificateAuthority.Issued server =
        ca.issueServer(order.key(), order.server(), order.names(), order.days());
    CertificateAuthority.Issued client = ca.issueClient(order.key(), order.client(), order.days());
    List<Finding> findings = new ArrayList<>(server.findings());
    findings.addAll(client.findings());
    Map<String, byte[]> files = new LinkedHashMap<>();
    files.put(ServerBundle.CA, ca.pem());
    char[] chars = password.chars();
    try {
      put(files, Side.SERVER, server, ca, chars, random);
      pair(files, Side.SERVER, password, random);
      put(files, Side.CLIENT, client, ca, chars, random);
      pair(files, Side.CLIENT, password, random);
      crl.ifPresent(list -> files.put(ServerBundle.CRL, list));
      files.put(ServerBundle.JDBC_KEY, DerKeys.write(client.key(), chars, random));
      jdbc(chars).ifPresent(findings::add);
      return new Made(new Bundle(files), List.copyOf(findings));
    } finally {
      Arrays.fill(chars, '\0');
    }
  }

  private static void put(
      Map<String, byte[]> files,
      Side side,
      CertificateAuthority.Issued issued,
      CertificateAuthority ca,
      char[] password,
      SecureRandom random) {
    List<X509Certificate> shown = new ArrayList<>(List.of(issued.certificate()));
    ca.chain().stream().filter(c -> !Certificates.selfSigned(c)).forEach(shown::add);
    files.put(side.certificate(), Certificates.pem(shown));
    files.put(side.key(), PemKeyWriter.writePkcs8(issued.key(), ITERATIONS, password, random));
  }

  private static void pair(
      Map<String, byte[]> files, Side side, Secret password, SecureRandom random) {
    KeyPassword pair = KeyPassword.encrypt(password, random);
    files.put(side.cipher(), pair.cipher());
    files.put(side.rand(), pair.rand());
  }

  private static Optional<Finding> jdbc(char[] password) {
    for (char c : password) {
      if (c < ' ' || c > '~') {
        return Optional.of(
            Finding.warning(
                "PASSWORD_NOT_FOR_JDBC",
                "The password has characters beyond ASCII. Server and gsql take them, but Java"
                    + " does not: JDBC clients cannot open "
                    + ServerBundle.JDBC_KEY
                    + ".",
                "Where JDBC clients show a certificate, choose a password of ASCII characters."));
      }
    }
    return Optional.empty();
  }
}
