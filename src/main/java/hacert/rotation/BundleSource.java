package hacert.rotation;

import hacert.host.HostException;
import hacert.result.Finding;
import hacert.target.Bundle;
import hacert.target.BundleSpec;
import hacert.target.Made;
import hacert.target.Secret;
import hacert.target.Taken;
import hacert.target.VendorMaker;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Where the bundle of a rotation comes from: made, given, or the vendor's. */
final class BundleSource {
  private final Site site;
  private final Plan plan;
  private final List<Finding> notices = new ArrayList<>();

  BundleSource(Site site) {
    this.site = site;
    this.plan = site.plan();
  }

  /** What was noticed and is no error. */
  List<Finding> notices() {
    return List.copyOf(notices);
  }

  /** The first error ends the stage; what is no error is told in its result. */
  void note(List<Finding> findings) throws HostException {
    HostException.throwFirst(findings);
    notices.addAll(findings);
  }

  /** Refuses what could not be installed, before anything is made. */
  void check() throws HostException, RefusedException {
    if (plan.kind() == Plan.Kind.RESTORE) {
      return;
    }
    List<Finding> findings = new ArrayList<>(site.node().checkInstall(site.installSpec()));
    if (plan.kind() == Plan.Kind.REPLACE) {
      findings.addAll(checkSecrets());
    }
    if (Finding.stops(findings)) {
      throw new RefusedException(findings);
    }
  }

  /** Refuses a host on which the vendor's way to install a bundle cannot be run. */
  void checkTools() throws RefusedException {
    if (plan.kind() == Plan.Kind.RESTORE) {
      return;
    }
    List<Finding> findings = site.node().checkTools();
    if (Finding.stops(findings)) {
      throw new RefusedException(findings);
    }
  }

  private List<Finding> checkSecrets() throws HostException {
    Optional<Secret> password = site.secrets().password();
    if (password.isEmpty() && site.node().needsPassword()) {
      return List.of(
          Finding.error(
              "PASSWORD_MISSING",
              "No password for the key was given. Nothing was changed.",
              "Set hacert_password, from a vault."));
    }
    List<Finding> findings = new ArrayList<>();
    password.ifPresent(p -> findings.addAll(site.node().checkPassword(p)));
    if (!staged()) {
      findings.addAll(site.request().settings().checkSource(givenOrReceived()));
      severalAuthorities().ifPresent(findings::add);
    }
    return findings;
  }

  /** What is staged is got from nowhere, and where it came from may be gone. */
  private boolean staged() throws HostException {
    return site.journals()
        .load()
        .filter(j -> j.rotation().equals(plan.rotation()) && j.done(Phase.STAGE_BUNDLE))
        .isPresent();
  }

  /** Which of them the clients know is not to be guessed. */
  private Optional<Finding> severalAuthorities() {
    if (!site.maker()
        || source() != Settings.Source.MAKE
        || plan.authorities().isEmpty()
        || site.secrets().ca().isPresent()) {
      return Optional.empty();
    }
    return Optional.of(
        Finding.error(
            "CA_ON_SEVERAL_NODES",
            "Certificates are to be made, and these nodes keep each another CA for that: "
                + String.join(", ", plan.authorities())
                + ". Nothing was changed.",
            "Find the one that issued the installed certificates: openssl verify -CAfile "
                + site.state().authority()
                + "/ca.crt with server.crt, on each. Move that directory away on the others, then run"
                + " again. Or name a CA of yours in hacert_ca."));
  }

  /** The other nodes find the bundle copied, wherever it came from. */
  private boolean givenOrReceived() {
    return site.maker()
        ? site.secrets().bundleGiven()
        : site.request().settings().source() == Settings.Source.GIVEN;
  }

  private Settings.Source source() {
    return site.request().settings().source(site.secrets().bundleGiven());
  }

  /** Whether it is the vendor's own script that makes the bundle, which a dry run does not run. */
  boolean fromVendorScript() {
    return plan.kind() == Plan.Kind.REPLACE && source() == Settings.Source.VENDOR;
  }

  /** In words, for the report. */
  String described() {
    if (plan.kind() == Plan.Kind.VENDOR) {
      return "the vendor's own backup";
    }
    return switch (source()) {
      case GIVEN -> "the given bundle";
      case VENDOR -> "a bundle that the vendor's script made";
      case AUTO, MAKE -> "a new bundle";
    };
  }

  /**
   * Gets the bundle, checked. What the CA of our own needs beside it is not kept yet.
   *
   * @throws HostException if there is none, or it is not sound
   */
  Made get() throws HostException {
    Made made = unchecked();
    note(made.findings());
    List<Finding> findings = site.node().checkBundle(made.bundle(), site.secrets().password());
    note(fromVendorScript() ? findings.stream().map(BundleSource::ofVendor).toList() : findings);
    return made;
  }

  /**
   * Nobody can have the vendor's script issue otherwise. What TLS might bear in a root is refused
   * all the same: a bundle made here has none of it, and costs one setting.
   */
  private static Finding ofVendor(Finding finding) {
    return new Finding(
        finding.severity(),
        finding.code(),
        "The vendor's script has made this bundle. " + finding.message(),
        "Set hacert_source to make, or to given with a bundle of your own.");
  }

  private Made unchecked() throws HostException {
    if (plan.kind() == Plan.Kind.VENDOR) {
      return alone(site.node().vendorBackup(), List.of());
    }
    return switch (source()) {
      case GIVEN -> taken();
      case VENDOR -> alone(vendor(), List.of());
      case AUTO, MAKE ->
          site.node()
              .make(
                  site.request().settings().bundle(), site.secrets().password(), site.authority());
    };
  }

  private static Made alone(Bundle bundle, List<Finding> findings) {
    return new Made(bundle, new Bundle(Map.of()), findings);
  }

  private Made taken() {
    try (Bundle given = site.secrets().bundle()) {
      Taken taken =
          site.node().take(given, site.secrets().bundlePassword(), site.secrets().password());
      return alone(taken.bundle(), taken.findings());
    }
  }

  private Bundle vendor() throws HostException {
    VendorMaker vendor = checkedVendor();
    BundleSpec spec = site.request().settings().bundle();
    Secret password = site.secrets().password().orElseThrow();
    Path kept = site.state().rotation(plan.rotation());
    // Beside its output the script may write what it likes: the backup that follows must not have
    // it. A call that comes later cannot tell that from what others have installed.
    return site.loan()
        .during(
            site.node().rollbackSet(),
            vendor.output(),
            site.marker(),
            () -> vendor.make(spec, password, site.marker(), kept));
  }

  /** The vendor's script, of which is known that it can be run. */
  VendorMaker checkedVendor() throws HostException {
    VendorMaker vendor =
        site.node()
            .vendor()
            .orElseThrow(
                () ->
                    new HostException(
                        "SOURCE_CONTRADICTION",
                        "hacert_source is vendor, and this target has no script of the vendor's.",
                        "Set hacert_source to make or given."));
    notices.addAll(vendor.check(site.request().settings().bundle()));
    return vendor;
  }
}
