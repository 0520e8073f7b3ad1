package hacert.x509;

import hacert.x509.UnreadableKeyException.Reason;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.asn1.oiw.OIWObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.AuthenticatedSafe;
import org.bouncycastle.asn1.pkcs.CertBag;
import org.bouncycastle.asn1.pkcs.ContentInfo;
import org.bouncycastle.asn1.pkcs.EncryptedData;
import org.bouncycastle.asn1.pkcs.EncryptedPrivateKeyInfo;
import org.bouncycastle.asn1.pkcs.MacData;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.Pfx;
import org.bouncycastle.asn1.pkcs.SafeBag;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.crypto.Digest;
import org.bouncycastle.crypto.digests.SHA1Digest;
import org.bouncycastle.crypto.digests.SHA256Digest;
import org.bouncycastle.crypto.digests.SHA384Digest;
import org.bouncycastle.crypto.digests.SHA512Digest;
import org.bouncycastle.crypto.generators.PKCS12ParametersGenerator;
import org.bouncycastle.crypto.macs.HMac;

/**
 * Certificates and keys of a PKCS#12 file (RFC 7292) that is protected by a password. Keys that
 * belong to no certificate, and certificates to no key, are found as well: what belongs together is
 * for the caller to say. The costs that the file asks for are bounded as for keys.
 */
final class Pkcs12 {
  private static final int DEEPEST = 4;
  private static final char[] EMPTY = {};

  private final char[] password;
  private final List<byte[]> certificates = new ArrayList<>();
  private final List<Pem.Block> keys = new ArrayList<>();
  private boolean plainKey;

  /** Of all parts together: each could ask for as much as is allowed. */
  private long cost;

  private Pkcs12(char[] password) {
    this.password = password;
  }

  /**
   * Reads it. Where the password is not that of the file but an empty one is, the file counts as
   * not protected.
   *
   * @param password empty: none
   * @throws UnreadableKeyException if it cannot be opened, or is no such file
   */
  static Pkcs12 read(ASN1Sequence sequence, char[] password) throws UnreadableKeyException {
    Optional<Pkcs12> opened = Optional.empty();
    boolean whole = false;
    try {
      Pfx pfx = Pfx.getInstance(sequence);
      if (!pfx.getAuthSafe().getContentType().equals(PKCSObjectIdentifiers.data)) {
        throw new UnreadableKeyException(
            Reason.UNSUPPORTED, "PKCS#12 files protected by a public key are not supported");
      }
      byte[] safe = ASN1OctetString.getInstance(pfx.getAuthSafe().getContent()).getOctets();
      Pkcs12 it = new Pkcs12(fitting(pfx.getMacData(), safe, password));
      opened = Optional.of(it);
      for (ContentInfo part : AuthenticatedSafe.getInstance(parsed(safe)).getContentInfo()) {
        it.part(part);
      }
      whole = true;
      return it;
    } catch (RuntimeException e) {
      // Libraries answer damage in many ways.
      throw damaged();
    } finally {
      if (!whole) {
        opened.ifPresent(it -> it.keys.forEach(Pem.Block::wipe));
      }
    }
  }

  /** DER of each certificate. */
  List<byte[]> certificates() {
    return certificates;
  }

  /** The keys, opened, as PKCS#8; the caller wipes them. */
  List<Pem.Block> keys() {
    return keys;
  }

  /** Whether one had the keys without a password. */
  boolean open() {
    return !keys.isEmpty() && (plainKey || password.length == 0);
  }

  private static char[] fitting(MacData mac, byte[] data, char[] password)
      throws UnreadableKeyException {
    Optional<Digest> digest =
        mac == null ? Optional.empty() : digest(mac.getMac().getAlgorithmId().getAlgorithm());
    if (digest.isEmpty() || fits(mac, digest.get(), data, password)) {
      return password;
    }
    if (fits(mac, digest.get(), data, EMPTY)) {
      return EMPTY;
    }
    throw new UnreadableKeyException(
        password.length == 0 ? Reason.PASSWORD_MISSING : Reason.WRONG_PASSWORD,
        "the password does not open the PKCS#12 file, or it is damaged");
  }

  private static boolean fits(MacData mac, Digest digest, byte[] data, char[] password)
      throws UnreadableKeyException {
    byte[] secret = PasswordDerivations.bmp(password);
    digest.reset();
    try {
      PKCS12ParametersGenerator generator = new PKCS12ParametersGenerator(digest);
      generator.init(secret, mac.getSalt(), PasswordCipher.iterations(mac.getIterationCount()));
      HMac hmac = new HMac(digest);
      hmac.init(generator.generateDerivedMacParameters(digest.getDigestSize() * 8));
      hmac.update(data, 0, data.length);
      byte[] seen = new byte[hmac.getMacSize()];
      hmac.doFinal(seen, 0);
      return Arrays.equals(seen, mac.getMac().getDigest());
    } finally {
      Arrays.fill(secret, (byte) 0);
    }
  }

  /** Empty for one that is not known: then what it protects tells whether the password is right. */
  private static Optional<Digest> digest(ASN1ObjectIdentifier oid) {
    if (oid.equals(OIWObjectIdentifiers.idSHA1)) {
      return Optional.of(new SHA1Digest());
    }
    if (oid.equals(NISTObjectIdentifiers.id_sha256)) {
      return Optional.of(new SHA256Digest());
    }
    if (oid.equals(NISTObjectIdentifiers.id_sha384)) {
      return Optional.of(new SHA384Digest());
    }
    return oid.equals(NISTObjectIdentifiers.id_sha512)
        ? Optional.of(new SHA512Digest())
        : Optional.empty();
  }

  private void part(ContentInfo part) throws UnreadableKeyException {
    if (part.getContentType().equals(PKCSObjectIdentifiers.data)) {
      bags(ASN1OctetString.getInstance(part.getContent()).getOctets(), 0);
    } else if (part.getContentType().equals(PKCSObjectIdentifiers.encryptedData)) {
      EncryptedData data = EncryptedData.getInstance(part.getContent());
      byte[] plain = decrypt(data.getEncryptionAlgorithm(), data.getContent().getOctets());
      try {
        bags(plain, 0);
      } finally {
        Arrays.fill(plain, (byte) 0);
      }
    } else {
      throw new UnreadableKeyException(
          Reason.UNSUPPORTED, "PKCS#12 files encrypted for a public key are not supported");
    }
  }

  private void bags(byte[] contents, int depth) throws UnreadableKeyException {
    if (depth > DEEPEST) {
      throw damaged();
    }
    for (var element : ASN1Sequence.getInstance(parsed(contents))) {
      SafeBag bag = SafeBag.getInstance(element);
      ASN1ObjectIdentifier type = bag.getBagId();
      if (type.equals(PKCSObjectIdentifiers.certBag)) {
        CertBag one = CertBag.getInstance(bag.getBagValue());
        if (one.getCertId().equals(PKCSObjectIdentifiers.x509Certificate)) {
          certificates.add(ASN1OctetString.getInstance(one.getCertValue()).getOctets());
        }
      } else if (type.equals(PKCSObjectIdentifiers.pkcs8ShroudedKeyBag)) {
        EncryptedPrivateKeyInfo info = EncryptedPrivateKeyInfo.getInstance(bag.getBagValue());
        keys.add(block(decrypt(info.getEncryptionAlgorithm(), info.getEncryptedData())));
      } else if (type.equals(PKCSObjectIdentifiers.keyBag)) {
        plainKey = true;
        keys.add(block(Keyring.der(bag.getBagValue())));
      } else if (type.equals(PKCSObjectIdentifiers.safeContentsBag)) {
        bags(Keyring.der(bag.getBagValue()), depth + 1);
      }
    }
  }

  private static Pem.Block block(byte[] pkcs8) {
    return new Pem.Block(PemKeys.PKCS8_LABEL, Map.of(), pkcs8);
  }

  private byte[] decrypt(AlgorithmIdentifier algorithm, byte[] encrypted)
      throws UnreadableKeyException {
    PasswordCipher cipher = PasswordCipher.of(algorithm);
    cost += cipher.cost();
    if (cost > PasswordCipher.MOST_ITERATIONS) {
      throw new UnreadableKeyException(
          Reason.UNSUPPORTED,
          "PKCS#12 files with more than "
              + PasswordCipher.MOST_ITERATIONS
              + " iterations in all are not supported");
    }
    byte[] plain = cipher.decrypt(encrypted, password);
    if (!Ber.whole(plain)) {
      throw PasswordCipher.wrongPassword();
    }
    return plain;
  }

  private static ASN1Primitive parsed(byte[] ber) throws UnreadableKeyException {
    return Keyring.parsed(ber).orElseThrow(Pkcs12::damaged);
  }

  private static UnreadableKeyException damaged() {
    return new UnreadableKeyException(Reason.DAMAGED, "the PKCS#12 file is damaged");
  }
}
