package hacert.oms;

import hacert.host.AtomicFiles;
import hacert.host.FileMeta;
import hacert.host.HostException;
import hacert.result.CertificateSummary;
import hacert.target.Bundle;
import hacert.target.Host;
import hacert.target.InstallSpec;
import hacert.target.Secret;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Installs a staged bundle on a node of a pair. */
final class MrsInstall {
  private final Host host;
  private final MrsLayout layout;
  private final MrsProfile profile;

  MrsInstall(Host host, MrsLayout layout, MrsProfile profile) {
    this.host = host;
    this.layout = layout;
    this.profile = profile;
  }

  /** Which of the directories HA reads at its next start is not known: no old copy stays in any. */
  String root(Bundle bundle) throws HostException {
    Set<Path> directories = new LinkedHashSet<>();
    for (String name : List.of(MrsLayout.ROOT_CERTIFICATE, MrsLayout.ROOT_KEY)) {
      List<Path> all = new ArrayList<>(List.of(layout.certificates().resolve(name)));
      all.addAll(layout.copies(name));
      for (Path path : all) {
        // A link's own mode lets everybody read; what it names is not what is replaced here.
        boolean file = Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS);
        directories.add(path.getParent());
        if (file && holds(path, bundle.files().get(name))) {
          // As an earlier try has left it.
          continue;
        }
        FileMeta meta = file ? FileMeta.of(path) : FileMeta.mine(0600);
        AtomicFiles.write(path, bundle.files().get(name), meta.withoutMtime());
      }
    }
    return "root-ca.* in "
        + String.join(" and ", directories.stream().map(Path::toString).toList());
  }

  private static boolean holds(Path path, byte[] wanted) {
    byte[] content = InstalledCertificates.content(path);
    boolean same = Arrays.equals(content, wanted);
    Arrays.fill(content, (byte) 0);
    return same;
  }

  /**
   * Has the vendor's script issue the server certificate, and does not believe it alone.
   *
   * @param before the certificates that were installed before the rotation: what lies there now may
   *     be of an earlier try
   */
  String server(Bundle bundle, Secret password, InstallSpec spec, List<CertificateSummary> before)
      throws HostException {
    new ReplaceStep(host, layout, profile.replace()).run(password, spec);
    InstalledCertificates installed = new InstalledCertificates(layout, profile);
    if (!installed.digest().equals(RootBundle.digest(bundle))) {
      throw withoutEffect(
          installed.authorityFile() + " does not hold the new certificates, or not all of them.",
          "");
    }
    Optional<String> breach = IssuedServer.breach(installed, host.clock().instant());
    if (breach.isPresent()) {
      throw withoutEffect(breach.get() + ".", "");
    }
    Set<Path> stray = new LinkedHashSet<>(installed.strayCertificates());
    stray.addAll(installed.oldCopies(before));
    if (!stray.isEmpty()) {
      throw withoutEffect(
          stray + " should be the new root's, and is not: HA may read it at its next start.",
          " If this version's script never writes " + stray + ", move it away, and run again.");
    }
    return "server certificate issued by the new root";
  }

  private HostException withoutEffect(String seen, String remedy) {
    return new HostException(
        "REPLACE_WITHOUT_EFFECT",
        layout.replaceScript() + " said that it worked, but " + seen,
        "Look at /var/log/Bigdata/omm/oms/ha/scriptlog on this host." + remedy);
  }
}
