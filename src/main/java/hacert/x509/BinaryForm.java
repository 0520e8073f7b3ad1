package hacert.x509;

import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.ASN1Sequence;

/** What a file in DER or BER may be. Each form begins in a way of its own. */
enum BinaryForm {
  /** RFC 2315. */
  PKCS7,
  /** RFC 7292. */
  PKCS12,
  /** RFC 5208, and 5958. */
  PKCS8,
  /** The same, encrypted. */
  ENCRYPTED_PKCS8,
  /** PKCS#1: RFC 8017, A.1.2. */
  RSA_KEY,
  /** SEC 1: RFC 5915. */
  EC_KEY,
  /** RFC 5280, or something else. */
  CERTIFICATE;

  private static final int PKCS12_VERSION = 3;

  static BinaryForm of(ASN1Sequence value) {
    if (value.size() < 2) {
      return CERTIFICATE;
    }
    ASN1Encodable first = value.getObjectAt(0);
    ASN1Encodable second = value.getObjectAt(1);
    if (first instanceof ASN1ObjectIdentifier) {
      return PKCS7;
    }
    if (first instanceof ASN1Integer version) {
      return second instanceof ASN1Sequence
          ? version.hasValue(PKCS12_VERSION) ? PKCS12 : PKCS8
          : second instanceof ASN1Integer ? RSA_KEY : EC_KEY;
    }
    return value.size() == 2 && second instanceof ASN1OctetString ? ENCRYPTED_PKCS8 : CERTIFICATE;
  }
}
