package hacert.opengauss;

import hacert.host.Sha256;
import hacert.target.Bundle;
import hacert.x509.Certificates;
import hacert.x509.RevocationLists;
import hacert.x509.UnreadableCertificateException;
import java.security.cert.CRLException;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * What each file of a bundle holds, as hashes: of {@code cacert.pem} each CA, of the CRL each list,
 * for while trust overlaps the installed ones hold those of before too; of any other file the whole
 * content. The digest of a bundle says only whether the server's own files are the same.
 */
final class BundleParts {
  private BundleParts() {}

  static Map<String, Set<String>> of(Bundle bundle) {
    Map<String, Set<String>> parts = new LinkedHashMap<>();
    for (String name : ServerBundle.ALL) {
      byte[] content = bundle.files().get(name);
      if (content != null) {
        parts.put(name, of(name, content));
      }
    }
    return parts;
  }

  private static Set<String> of(String name, byte[] content) {
    Set<String> parts = new TreeSet<>();
    try {
      if (name.equals(ServerBundle.CA)) {
        for (X509Certificate ca : Certificates.read(content)) {
          parts.add(Certificates.sha256(ca));
        }
      } else if (name.equals(ServerBundle.CRL)) {
        for (X509CRL list : RevocationLists.read(content)) {
          parts.add(Sha256.of(list.getEncoded()));
        }
      } else {
        parts.add(Sha256.of(content));
      }
    } catch (UnreadableCertificateException | CRLException e) {
      // It is still the same file or another; that it is wrong is said elsewhere.
      parts.add(Sha256.of(content));
    }
    return parts;
  }

  /**
   * Whether what is installed holds all of a given bundle. A file that may be left out and is given
   * by nobody makes no difference, but for a CRL, which a rotation without one takes away.
   */
  static boolean holds(Map<String, Set<String>> installed, Map<String, Set<String>> given) {
    return installed.containsKey(ServerBundle.CRL) == given.containsKey(ServerBundle.CRL)
        && given.entrySet().stream()
            .allMatch(
                file ->
                    installed.getOrDefault(file.getKey(), Set.of()).containsAll(file.getValue()));
  }

  /**
   * Names of files that not all nodes have alike. {@code openssl.cnf} is not among them: no
   * certificate is in it, and a rotation leaves that of an older version as it is.
   */
  static List<String> differing(Collection<Map<String, Set<String>>> nodes) {
    return ServerBundle.ALL.stream()
        .filter(name -> !name.equals(ServerBundle.OPENSSL_CONFIGURATION))
        .filter(
            name -> nodes.stream().map(n -> n.getOrDefault(name, Set.of())).distinct().count() > 1)
        .toList();
  }
}
