package hacert.x509;

import java.util.Arrays;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.asn1.oiw.OIWObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;

/** A block cipher in CBC mode, of those that encrypt keys. */
enum BlockCipher {
  AES_128("AES-128-CBC", "AES", 16, 16, NISTObjectIdentifiers.id_aes128_CBC, null),
  AES_192("AES-192-CBC", "AES", 24, 16, NISTObjectIdentifiers.id_aes192_CBC, null),
  AES_256("AES-256-CBC", "AES", 32, 16, NISTObjectIdentifiers.id_aes256_CBC, null),
  DES3(
      "DES-EDE3-CBC",
      "DESede",
      24,
      8,
      PKCSObjectIdentifiers.des_EDE3_CBC,
      PKCSObjectIdentifiers.pbeWithSHAAnd3_KeyTripleDES_CBC),
  /** Triple DES whose third key is the first one again. */
  DES2("DES-EDE-CBC", "DESede", 16, 8, null, PKCSObjectIdentifiers.pbeWithSHAAnd2_KeyTripleDES_CBC),
  DES("DES-CBC", "DES", 8, 8, OIWObjectIdentifiers.desCBC, null),
  RC2_128("RC2-CBC", "RC2", 16, 8, null, PKCSObjectIdentifiers.pbeWithSHAAnd128BitRC2_CBC),
  /** Of no use to protect anything; PKCS#12 files of old tools have their certificates in it. */
  RC2_40("RC2-40-CBC", "RC2", 5, 8, null, PKCSObjectIdentifiers.pbeWithSHAAnd40BitRC2_CBC);

  private final String text;
  private final String algorithm;
  private final int keyOctets;
  private final int octets;
  private final ASN1ObjectIdentifier pbes2;
  private final ASN1ObjectIdentifier pkcs12;

  BlockCipher(
      String text,
      String algorithm,
      int keyOctets,
      int octets,
      ASN1ObjectIdentifier pbes2,
      ASN1ObjectIdentifier pkcs12) {
    this.text = text;
    this.algorithm = algorithm;
    this.keyOctets = keyOctets;
    this.octets = octets;
    this.pbes2 = pbes2;
    this.pkcs12 = pkcs12;
  }

  /** As openssl and DEK-Info call it. */
  String text() {
    return text;
  }

  /** As Java calls it. */
  String algorithm() {
    return algorithm;
  }

  /** Length of a key in bytes. */
  int keyOctets() {
    return keyOctets;
  }

  /** Length of a block in bytes. */
  int octets() {
    return octets;
  }

  /** The cipher in PBES2 (RFC 8018); null where it is none. */
  ASN1ObjectIdentifier pbes2() {
    return pbes2;
  }

  /** The whole scheme of PKCS#12 (RFC 7292, appendix C); null where there is none. */
  ASN1ObjectIdentifier pkcs12() {
    return pkcs12;
  }

  /** Whether openssl from version 3 has it in its legacy provider only. */
  boolean legacy() {
    return this == DES || algorithm.equals("RC2");
  }

  /** The key at the beginning of what was derived, as Java takes it; the caller wipes it. */
  byte[] key(byte[] derived) {
    byte[] key = Arrays.copyOf(derived, this == DES2 ? DES3.keyOctets : keyOctets);
    if (this == DES2) {
      System.arraycopy(derived, 0, key, keyOctets, DES3.keyOctets - keyOctets);
    }
    return key;
  }
}
