package hacert.x509;

import java.util.Map;

/** How an encrypted private key stands in a PEM file. Weak ones can be read but have no form. */
public enum KeyForm {
  /** PKCS#8 with PBES2 (RFC 8018): AES-256-CBC, PBKDF2 with HMAC-SHA-256. The default. */
  PKCS8_AES256(""),
  /** PKCS#1 or SEC1 with RFC 1421 headers, AES-128-CBC. */
  TRADITIONAL_AES128("AES-128-CBC"),
  /** PKCS#1 or SEC1 with RFC 1421 headers, AES-192-CBC. */
  TRADITIONAL_AES192("AES-192-CBC"),
  /** PKCS#1 or SEC1 with RFC 1421 headers, AES-256-CBC. */
  TRADITIONAL_AES256("AES-256-CBC"),
  /** PKCS#1 or SEC1 with RFC 1421 headers, three-key triple DES, as old vendors write it. */
  TRADITIONAL_DES3("DES-EDE3-CBC");

  private final String dekInfo;

  KeyForm(String dekInfo) {
    this.dekInfo = dekInfo;
  }

  /** The cipher's name in DEK-Info; empty for PKCS#8. */
  String dekInfo() {
    return dekInfo;
  }

  /**
   * The form in which a new key should replace this one: its own, if that is a strong traditional
   * one; PKCS#8 with AES-256 in every other case, whatever the file holds.
   *
   * @param pem content of an installed key file
   */
  public static KeyForm of(byte[] pem) {
    try {
      Pem.Block block = PemKeys.only(pem);
      block.wipe();
      return of(block.headers());
    } catch (UnreadableKeyException e) {
      return PKCS8_AES256;
    }
  }

  private static KeyForm of(Map<String, String> headers) {
    String cipher = PemKeys.cipher(headers);
    for (KeyForm form : values()) {
      if (form != PKCS8_AES256 && form.dekInfo.equals(cipher)) {
        return form;
      }
    }
    return PKCS8_AES256;
  }
}
