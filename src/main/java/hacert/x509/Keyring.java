package hacert.x509;

import hacert.x509.UnreadableCertificateException.Reason;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.pkcs.ContentInfo;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.SignedData;

/**
 * Collects the certificates and private keys of files, whatever form they are in and however they
 * are called: PEM (RFC 7468), DER, PKCS#7 (RFC 2315, the certificates of a signed message), PKCS#12
 * (RFC 7292). A file tells its form by its content.
 */
public final class Keyring {
  private static final int MOST_CERTIFICATES = 100;
  private static final int MOST_KEYS = 10;
  private static final byte[] BYTE_ORDER_MARK = {(byte) 0xef, (byte) 0xbb, (byte) 0xbf};
  private static final String BEGIN = "-----BEGIN ";

  private final List<X509Certificate> certificates = new ArrayList<>();
  private final List<PrivateKey> keys = new ArrayList<>();
  private boolean plainKey;
  private boolean lockedKey;

  /** The certificates so far, each once, in the order of the files. */
  public List<X509Certificate> certificates() {
    return List.copyOf(certificates);
  }

  /** The keys so far that were opened, each once. */
  public List<PrivateKey> keys() {
    return List.copyOf(keys);
  }

  /** Whether a key was not encrypted. */
  public boolean plainKey() {
    return plainKey;
  }

  /** Whether there is a key that was not opened, for want of a password. */
  public boolean lockedKey() {
    return lockedKey;
  }

  /**
   * Adds what a file holds, which may be nothing where it is PEM of other kinds.
   *
   * @param file its content
   * @param password of the keys in it; empty: none, and encrypted keys are left closed
   * @throws UnreadableCertificateException if it is of no known form, or a certificate is damaged
   * @throws UnreadableKeyException if a key, or a PKCS#12 file, cannot be opened
   */
  public void add(byte[] file, char[] password)
      throws UnreadableCertificateException, UnreadableKeyException {
    byte[] text = withoutMark(file);
    if (new String(text, StandardCharsets.ISO_8859_1).contains(BEGIN)) {
      pem(text, password);
    } else {
      ASN1Sequence value =
          parsed(text)
              .filter(ASN1Sequence.class::isInstance)
              .map(ASN1Sequence.class::cast)
              .filter(sequence -> sequence.size() > 1)
              .orElseThrow(Keyring::unknown);
      binary(value, password);
    }
  }

  private static byte[] withoutMark(byte[] file) {
    boolean marked =
        file.length > BYTE_ORDER_MARK.length
            && Arrays.equals(
                file, 0, BYTE_ORDER_MARK.length, BYTE_ORDER_MARK, 0, BYTE_ORDER_MARK.length);
    return marked ? Arrays.copyOfRange(file, BYTE_ORDER_MARK.length, file.length) : file;
  }

  /** The value of these bytes, where they are one and whole. */
  static Optional<ASN1Primitive> parsed(byte[] ber) {
    try {
      return Ber.whole(ber) ? Optional.of(ASN1Primitive.fromByteArray(ber)) : Optional.empty();
    } catch (IOException | RuntimeException e) {
      return Optional.empty();
    }
  }

  static byte[] der(ASN1Encodable value) {
    try {
      return value.toASN1Primitive().getEncoded(ASN1Encoding.DER);
    } catch (IOException e) {
      throw new IllegalArgumentException("a value without a DER form", e);
    }
  }

  private static UnreadableCertificateException unknown() {
    return new UnreadableCertificateException(
        Reason.NOT_A_CERTIFICATE,
        "it is neither PEM nor DER, or is cut off: no certificate, key, PKCS#7 or PKCS#12 file");
  }

  private void pem(byte[] text, char[] password)
      throws UnreadableCertificateException, UnreadableKeyException {
    List<Pem.Block> blocks;
    try {
      blocks = Pem.blocks(text);
    } catch (Pem.Malformed e) {
      if (new String(text, StandardCharsets.ISO_8859_1).contains("PRIVATE KEY-----")) {
        throw PemKeys.unreadable(e);
      }
      throw Certificates.unreadable(e);
    }
    if (blocks.isEmpty()) {
      throw unknown();
    }
    try {
      for (Pem.Block block : blocks) {
        Certificates.trusted(block, certificates.size() + 1);
        switch (block.label()) {
          case "CERTIFICATE", "X509 CERTIFICATE" -> certificate(block.content());
          case "PKCS7", "CMS", "PKCS #7 SIGNED DATA" ->
              signed(
                  parsed(block.content())
                      .orElseThrow(() -> damaged("a PKCS#7 block in it is damaged")));
          default -> {
            if (PemKeys.isKey(block)) {
              key(block, password);
            }
          }
        }
      }
    } finally {
      blocks.forEach(Pem.Block::wipe);
    }
  }

  private void binary(ASN1Sequence value, char[] password)
      throws UnreadableCertificateException, UnreadableKeyException {
    switch (BinaryForm.of(value)) {
      case PKCS7 -> signed(value);
      case PKCS12 -> container(Pkcs12.read(value, password));
      case PKCS8 -> key(PemKeys.PKCS8_LABEL, value, password);
      case ENCRYPTED_PKCS8 -> key(PemKeys.ENCRYPTED_LABEL, value, password);
      case RSA_KEY -> key(PemKeys.RSA_LABEL, value, password);
      case EC_KEY -> key(PemKeys.EC_LABEL, value, password);
      case CERTIFICATE -> certificate(der(value));
    }
  }

  private void key(String label, ASN1Sequence value, char[] password)
      throws UnreadableKeyException {
    key(new Pem.Block(label, Map.of(), der(value)), password);
  }

  private void certificate(byte[] der) throws UnreadableCertificateException {
    X509Certificate certificate = Certificates.one(der, certificates.size() + 1);
    if (certificates.contains(certificate)) {
      return;
    }
    if (certificates.size() == MOST_CERTIFICATES) {
      throw new UnreadableCertificateException(
          Reason.TOO_LARGE, "more than " + MOST_CERTIFICATES + " certificates");
    }
    certificates.add(certificate);
  }

  private void signed(ASN1Primitive value) throws UnreadableCertificateException {
    try {
      ContentInfo info = ContentInfo.getInstance(value);
      if (!info.getContentType().equals(PKCSObjectIdentifiers.signedData)) {
        throw unknown();
      }
      var set = SignedData.getInstance(info.getContent()).getCertificates();
      if (set == null) {
        throw damaged("the PKCS#7 file has no certificate");
      }
      for (ASN1Encodable one : set) {
        certificate(der(one));
      }
    } catch (RuntimeException e) {
      throw damaged("the PKCS#7 file is damaged");
    }
  }

  private static UnreadableCertificateException damaged(String what) {
    return new UnreadableCertificateException(Reason.DAMAGED, what);
  }

  private void container(Pkcs12 file)
      throws UnreadableCertificateException, UnreadableKeyException {
    try {
      for (byte[] der : file.certificates()) {
        certificate(der);
      }
      for (Pem.Block block : file.keys()) {
        opened(PemKeys.open(block, new char[0]));
      }
      plainKey |= file.open();
    } finally {
      file.keys().forEach(Pem.Block::wipe);
    }
  }

  private void key(Pem.Block block, char[] password) throws UnreadableKeyException {
    boolean encrypted = PemKeys.isEncrypted(block);
    if (encrypted && password.length == 0) {
      lockedKey = true;
      return;
    }
    opened(PemKeys.open(block, password));
    plainKey |= !encrypted;
  }

  private void opened(PrivateKey key) throws UnreadableKeyException {
    if (keys.contains(key)) {
      return;
    }
    if (keys.size() == MOST_KEYS) {
      throw new UnreadableKeyException(
          UnreadableKeyException.Reason.TOO_LARGE, "more than " + MOST_KEYS + " private keys");
    }
    keys.add(key);
  }
}
