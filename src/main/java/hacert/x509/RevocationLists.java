package hacert.x509;

import hacert.host.Sha256;
import hacert.result.CertificateSummary;
import hacert.x509.UnreadableCertificateException.Reason;
import java.io.ByteArrayInputStream;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.cert.CRLException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.x509.Extension;

/** Lists of revoked certificates (X.509 CRLs, RFC 5280, 5): read, written, compared. */
public final class RevocationLists {
  private static final String LABEL = "X509 CRL";
  private static final int MOST = 100;
  private static final int CRL_SIGN = 6;

  private RevocationLists() {}

  /**
   * All lists of a PEM text (RFC 7468), in its order. Text and blocks of other kinds are passed
   * over.
   *
   * @return at least one, at most 100
   * @throws UnreadableCertificateException if there is none, or one of them cannot be read
   */
  public static List<X509CRL> read(byte[] pem) throws UnreadableCertificateException {
    List<Pem.Block> blocks;
    try {
      blocks = Pem.blocks(pem);
    } catch (Pem.Malformed e) {
      throw Certificates.unreadable(e);
    }
    List<X509CRL> lists = new ArrayList<>();
    for (Pem.Block block : blocks) {
      if (!block.label().equals(LABEL)) {
        block.wipe();
      } else if (lists.size() == MOST) {
        throw new UnreadableCertificateException(Reason.TOO_LARGE, "more than " + MOST + " CRLs");
      } else {
        lists.add(one(block.content(), lists.size() + 1));
      }
    }
    if (lists.isEmpty()) {
      throw new UnreadableCertificateException(
          Reason.NOT_A_CERTIFICATE,
          Der.look(pem) == Der.Verdict.WHOLE
              ? "expected PEM text, got DER: convert it with openssl crl -inform der"
              : "there is no PEM CRL in it");
    }
    return List.copyOf(lists);
  }

  private static X509CRL one(byte[] der, int number) throws UnreadableCertificateException {
    Der.Verdict verdict = Der.look(der);
    if (verdict == Der.Verdict.TRUNCATED) {
      throw new UnreadableCertificateException(
          Reason.TRUNCATED, "CRL " + number + " ends before its own length says so");
    }
    try {
      if (verdict == Der.Verdict.WHOLE
          && CertificateFactory.getInstance("X.509").generateCRL(new ByteArrayInputStream(der))
              instanceof X509CRL list) {
        return list;
      }
    } catch (CertificateException | CRLException | RuntimeException e) {
      // Answered below: the parser's message means nothing to an operator.
    }
    throw new UnreadableCertificateException(
        Reason.DAMAGED, "CRL " + number + " is not an X.509 CRL in DER form");
  }

  /** The PEM text of a list: one block, lines of 64 characters. */
  public static byte[] pem(X509CRL list) {
    try {
      return Pem.write(LABEL, Map.of(), list.getEncoded());
    } catch (CRLException e) {
      throw new IllegalArgumentException("a CRL without a DER form", e);
    }
  }

  /**
   * Whether a CA issued a list: the names match, so do the identifiers of its key where they are
   * told, and the signature is the CA's key's.
   */
  public static boolean issuedBy(X509CRL list, X509Certificate ca) {
    if (!list.getIssuerX500Principal().equals(ca.getSubjectX500Principal())
        || !KeyIdentifiers.fit(
            list.getExtensionValue(Extension.authorityKeyIdentifier.getId()), ca)) {
      return false;
    }
    try {
      list.verify(ca.getPublicKey());
      return true;
    } catch (GeneralSecurityException | RuntimeException e) {
      return false;
    }
  }

  /**
   * Whether a CA may sign lists: {@code cRLSign}, if it has a key usage (RFC 5280, 4.2.1.3).
   * openssl heeds no list of one that may not, and refuses whom it issued.
   */
  public static boolean maySign(X509Certificate ca) {
    boolean[] usage = ca.getKeyUsage();
    return usage == null || usage[CRL_SIGN];
  }

  /**
   * What a report says of a list that names its next update.
   *
   * @param source where it was found
   * @return validity until the next update; as serial number the CRL number (RFC 5280, 5.2.3), 0
   *     where it has none; as key the algorithm of its signature
   */
  public static CertificateSummary summary(String source, X509CRL list) {
    try {
      String issuer = Certificates.name(list.getIssuerX500Principal());
      return new CertificateSummary(
          source,
          issuer,
          issuer,
          number(list).toString(16),
          list.getThisUpdate().toInstant(),
          list.getNextUpdate().toInstant(),
          Sha256.of(list.getEncoded()),
          list.getSigAlgName(),
          false,
          List.of());
    } catch (CRLException e) {
      throw new IllegalArgumentException("a CRL without a DER form", e);
    }
  }

  private static BigInteger number(X509CRL list) {
    byte[] octets = list.getExtensionValue(Extension.cRLNumber.getId());
    try {
      return octets == null
          ? BigInteger.ZERO
          : ASN1Integer.getInstance(ASN1OctetString.getInstance(octets).getOctets()).getValue();
    } catch (IllegalArgumentException e) {
      // Its number is for the eye; what counts is checked elsewhere.
      return BigInteger.ZERO;
    }
  }
}
