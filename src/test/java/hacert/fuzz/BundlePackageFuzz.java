package hacert.fuzz;

import hacert.host.HostException;
import hacert.opengauss.BundlePackage;
import hacert.opengauss.ServerBundle;
import hacert.target.Bundle;

/** A package that somebody hands over as {@code db-cert-replacement.zip}. */
public final class BundlePackageFuzz {
  private BundlePackageFuzz() {}

  /** Files of a bundle and no other, or a refusal. */
  public static void fuzzerTestOneInput(byte[] zip) {
    try (Bundle bundle = BundlePackage.read(zip)) {
      Properties.check(
          ServerBundle.ALL.containsAll(bundle.files().keySet()), "files that are of no bundle");
      BundlePackage.write(bundle);
    } catch (HostException e) {
      Properties.check(e.code().startsWith("PACKAGE_"), "refused as " + e.code());
      Properties.plain(e.getMessage());
    }
  }
}
