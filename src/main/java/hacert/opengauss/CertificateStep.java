package hacert.opengauss;

import hacert.host.AtomicFiles;
import hacert.host.FileMeta;
import hacert.host.HostException;
import hacert.policy.BundleFile;
import hacert.policy.BundleFiles;
import hacert.target.Bundle;
import hacert.target.InstallSpec;
import hacert.target.Options;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * Installs a bundle by {@code gs_om -t cert}, or has the vendor's own rollback bring one back. What
 * gs_om says is not believed, nor its exit code: it has worked when every file is the bundle's.
 */
final class CertificateStep {
  private static final long LARGEST_FILE = 1 << 20;

  private final LocalNode node;
  private final Installation installation;

  CertificateStep(LocalNode node) {
    this.node = node;
    this.installation = node.installation();
  }

  /**
   * Installs it, unless it lies there already.
   *
   * @return a note for the report
   * @throws HostException {@code GS_OM_FAILED}, {@code CERT_WITHOUT_EFFECT}, and what {@link
   *     GsOm#run} throws
   */
  String run(Bundle bundle, InstallSpec spec) throws HostException {
    if (differing(bundle, spec).isEmpty()) {
      // A call that was killed may have come no further than the files, and has left its package.
      AtomicFiles.remove(spec.secrets().resolve(ServerBundle.PACKAGE));
      finish(bundle);
      return "its files are the bundle's already";
    }
    if (spec.apply() == Options.Apply.CLUSTER && !spec.first()) {
      throw new HostException(
          "CERT_WITHOUT_EFFECT",
          "gs_om on the first node should have installed the bundle here too, and these files are"
              + " not the bundle's: "
              + differing(bundle, spec),
          "See that ssh works between the nodes; or leave hacert_apply at local.");
    }
    GsOm gsOm = new GsOm(installation);
    Path run = gsOm.next(spec.kept().resolve("gs_om-cert"));
    // What one that failed has left would keep the next one from taking a backup.
    node.leftOvers().remove();
    Path zip = spec.secrets().resolve(ServerBundle.PACKAGE);
    List<String> arguments = arguments(zip, spec);
    GsOm.Ended ended;
    try {
      if (!spec.vendorBackup()) {
        write(zip, bundle);
      }
      ended = gsOm.run(run, spec.marker(), installation.profile().certificateSeconds(), arguments);
    } finally {
      // It holds private keys; a gs_om that has not ended has unpacked it long since.
      AtomicFiles.remove(zip);
    }
    List<String> wrong = differing(bundle, spec);
    if (!wrong.isEmpty()) {
      node.leftOvers().remove();
      throw new HostException(
          ended.code() == 0 ? "CERT_WITHOUT_EFFECT" : "GS_OM_FAILED",
          String.format(
              "gs_om %s ended with code %d, and these files are not the bundle's: %s. It said: %s",
              String.join(" ", arguments), ended.code(), wrong, ended.said()),
          "Look at the om log in GAUSSLOG on this host.");
    }
    finish(bundle);
    return "installed by gs_om"
        + (ended.code() == 0 ? "" : ", though it ended with code " + ended.code());
  }

  /**
   * What has to come with the files, and what gs_om may not have come to: it may have failed, or
   * been ended, behind the last file.
   */
  private void finish(Bundle bundle) throws HostException {
    node.leftOvers().remove();
    if (!bundle.files().containsKey(ServerBundle.CRL)) {
      // Left there, it would be named in the settings again, and refuse every client once it ends.
      AtomicFiles.remove(node.dataDirectory().resolve(ServerBundle.CRL));
    }
    new CrlSetting(node).follow(Map.of());
    if (!installsForTools()) {
      forTools(bundle, ServerBundle.OF_TOOLS);
    } else if (!installation.hasOm()) {
      // All that it would hold, so that a call that is repeated finds it as gs_om leaves it.
      forTools(bundle, ServerBundle.Place.OM.files());
    }
  }

  private boolean installsForTools() {
    return installation.version().filter(ServerVersion::installsOmDirectory).isPresent();
  }

  /**
   * Older versions want the client's files and put them nowhere, newer ones only where there is the
   * directory. Clients look for them here.
   */
  private void forTools(Bundle bundle, List<String> names) throws HostException {
    AtomicFiles.directories(installation.om(), 0700);
    for (String name : names) {
      byte[] content = bundle.files().get(name);
      if (content != null) {
        AtomicFiles.write(installation.om().resolve(name), content, FileMeta.mine(0600));
      }
    }
    if (!bundle.files().containsKey(ServerBundle.JDBC_KEY)) {
      // As newer versions do: it would be the key of another certificate.
      AtomicFiles.remove(installation.om().resolve(ServerBundle.JDBC_KEY));
    }
  }

  private List<String> arguments(Path zip, InstallSpec spec) {
    List<String> arguments = new ArrayList<>(List.of("-t", "cert"));
    arguments.add(spec.vendorBackup() ? "--rollback" : "--cert-file=" + zip);
    if (spec.apply() == Options.Apply.LOCAL) {
      arguments.add("-L");
    }
    return arguments;
  }

  private static void write(Path zip, Bundle bundle) throws HostException {
    AtomicFiles.directories(zip.getParent(), 0700);
    byte[] packed = BundlePackage.write(bundle);
    try {
      AtomicFiles.write(zip, packed, FileMeta.mine(0600));
    } finally {
      Arrays.fill(packed, (byte) 0);
    }
  }

  /**
   * Files that are not the bundle's, where gs_om of this version should have put them. Its rollback
   * brings each directory back from its own archive, which is what that has to equal then.
   */
  private List<String> differing(Bundle bundle, InstallSpec spec) throws HostException {
    List<String> wrong = new ArrayList<>();
    compare(node.dataDirectory(), ServerBundle.Place.DATA, bundle, wrong);
    for (Map.Entry<ServerBundle.Place, Path> filled : installation.filled().entrySet()) {
      ServerBundle.Place place = filled.getKey();
      if (spec.vendorBackup()) {
        try (Bundle own = new VendorBackup(node).of(place, filled.getValue())) {
          compare(filled.getValue(), place, own, wrong);
        }
      } else {
        compare(filled.getValue(), place, bundle, wrong);
      }
    }
    return wrong;
  }

  private static void compare(
      Path directory, ServerBundle.Place place, Bundle bundle, List<String> wrong) {
    for (String name : place.files()) {
      byte[] wanted = bundle.files().get(name);
      if (wanted == null) {
        // What a bundle need not hold is left or removed as the version likes.
        continue;
      }
      Path file = directory.resolve(name);
      boolean same =
          Files.isRegularFile(file)
              && BundleFiles.read(file, LARGEST_FILE) instanceof BundleFile.Content found
              && Arrays.equals(found.bytes(), wanted);
      if (!same) {
        wrong.add(file.toString());
      }
    }
  }
}
