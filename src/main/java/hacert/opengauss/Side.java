package hacert.opengauss;

import java.util.Set;

/** A side of TLS, by the files of a bundle that it uses. */
enum Side {
  /** The server's. */
  SERVER(
      ServerBundle.SERVER_CERTIFICATE,
      ServerBundle.SERVER_KEY,
      "1.3.6.1.5.5.7.3.1",
      1,
      "TLS servers"),
  /** The client's. */
  CLIENT(
      ServerBundle.CLIENT_CERTIFICATE,
      ServerBundle.CLIENT_KEY,
      "1.3.6.1.5.5.7.3.2",
      0,
      "TLS clients");

  private final String certificate;
  private final String key;
  private final String use;
  private final int netscapeBit;
  private final String words;

  Side(String certificate, String key, String use, int netscapeBit, String words) {
    this.certificate = certificate;
    this.key = key;
    this.use = use;
    this.netscapeBit = netscapeBit;
    this.words = words;
  }

  String certificate() {
    return certificate;
  }

  String key() {
    return key;
  }

  String cipher() {
    return key + ServerBundle.CIPHER;
  }

  String rand() {
    return key + ServerBundle.RAND;
  }

  /** The extended key usage that it needs (RFC 5280, 4.2.1.12). */
  Set<String> uses() {
    return Set.of(use);
  }

  /** The bit of Netscape's certificate type that stands for the same. */
  int netscapeBit() {
    return netscapeBit;
  }

  /** For people. */
  String words() {
    return words;
  }
}
