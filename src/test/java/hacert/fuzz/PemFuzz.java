package hacert.fuzz;

import static hacert.fuzz.Properties.check;

import hacert.x509.Certificates;
import hacert.x509.KeyForm;
import hacert.x509.PemKeyWriter;
import hacert.x509.PemKeys;
import hacert.x509.RevocationLists;
import hacert.x509.UnreadableCertificateException;
import hacert.x509.UnreadableKeyException;
import java.nio.charset.StandardCharsets;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;

/**
 * PEM files. Where the first byte is one of {@link #LABELS}' numbers, what follows is the DER of
 * one block of that label, because base64 would hide from the fuzzer what it changes; else all of
 * it is PEM text.
 */
public final class PemFuzz {
  private static final List<String> LABELS =
      List.of(
          "CERTIFICATE",
          "X509 CRL",
          "PRIVATE KEY",
          "ENCRYPTED PRIVATE KEY",
          "RSA PRIVATE KEY",
          "EC PRIVATE KEY");

  private PemFuzz() {}

  /** What can be read, can be described and compared; what cannot, is refused. */
  public static void fuzzerTestOneInput(byte[] input) {
    byte[] pem =
        input.length > 0 && input[0] >= 0 && input[0] < LABELS.size() ? wrap(input) : input;
    KeyForm.of(pem);
    boolean present = PemKeys.present(pem);
    try {
      PemKeys.Description described = PemKeys.describe(pem);
      check(present, "a key that is not present is described");
      Properties.plain(described.text());
    } catch (UnreadableKeyException e) {
      Properties.plain(e.getMessage());
    }
    try {
      PrivateKey key = PemKeys.read(pem, "Gauss@12".toCharArray());
      PemKeyWriter.writePkcs8(key, 1, new char[] {'x'}, new SecureRandom());
    } catch (UnreadableKeyException e) {
      Properties.plain(e.getMessage());
    }
    try {
      List<X509Certificate> certificates = Certificates.read(pem);
      certificates.forEach(c -> Certificates.summary("file", c));
      check(
          Certificates.chain(certificates.get(0), certificates, java.time.Instant.EPOCH).size()
              <= certificates.size(),
          "a chain is longer than what it is made of");
      check(
          Certificates.read(Certificates.pem(certificates)).equals(certificates),
          "certificates that were written are read as others");
    } catch (UnreadableCertificateException e) {
      Properties.plain(e.getMessage());
    }
    try {
      for (X509CRL list : RevocationLists.read(pem)) {
        if (list.getNextUpdate() != null) {
          RevocationLists.summary("file", list);
        }
        RevocationLists.pem(list);
      }
    } catch (UnreadableCertificateException e) {
      Properties.plain(e.getMessage());
    }
  }

  private static byte[] wrap(byte[] input) {
    byte[] der = Arrays.copyOfRange(input, 1, input.length);
    String label = LABELS.get(input[0]);
    return ("-----BEGIN "
            + label
            + "-----\n"
            + Base64.getEncoder().encodeToString(der)
            + "\n-----END "
            + label
            + "-----\n")
        .getBytes(StandardCharsets.US_ASCII);
  }
}
