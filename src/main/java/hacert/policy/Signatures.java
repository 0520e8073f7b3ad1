package hacert.policy;

import java.util.Locale;
import java.util.Set;
import org.bouncycastle.asn1.oiw.OIWObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.RSASSAPSSparams;

/** How certificates and CRLs are signed. */
public final class Signatures {
  private static final Set<String> WEAK_DIGESTS =
      Set.of(
          OIWObjectIdentifiers.idSHA1.getId(),
          PKCSObjectIdentifiers.md5.getId(),
          PKCSObjectIdentifiers.md4.getId(),
          PKCSObjectIdentifiers.md2.getId());

  private Signatures() {}

  /**
   * Whether a signature uses SHA-1 or MD5.
   *
   * @param algorithm its JCA name, as {@code SHA1withRSA}
   * @param parameters of the algorithm in DER, null if it has none: RSASSA-PSS names its digest
   *     there, and without them means SHA-1 (RFC 4055, 3.1)
   */
  public static boolean weak(String algorithm, byte[] parameters) {
    String upper = algorithm.toUpperCase(Locale.ROOT);
    return upper.equals("RSASSA-PSS")
        ? WEAK_DIGESTS.contains(digest(parameters))
        : upper.startsWith("SHA1") || upper.startsWith("MD");
  }

  private static String digest(byte[] parameters) {
    return parameters == null
        ? OIWObjectIdentifiers.idSHA1.getId()
        : RSASSAPSSparams.getInstance(parameters).getHashAlgorithm().getAlgorithm().getId();
  }
}
