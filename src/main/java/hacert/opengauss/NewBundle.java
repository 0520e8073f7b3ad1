package hacert.opengauss;

import hacert.host.HostException;
import hacert.opengauss.BundleMaker.Order;
import hacert.opengauss.BundleMaker.Revocation;
import hacert.opengauss.ClusterStatus.Datanode;
import hacert.result.Finding;
import hacert.target.Authority;
import hacert.target.Bundle;
import hacert.target.BundleSpec;
import hacert.target.Host;
import hacert.target.Made;
import hacert.target.Options;
import hacert.target.Secret;
import hacert.target.Taken;
import hacert.x509.Leaf;
import hacert.x509.Subject;
import java.math.BigInteger;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** Makes the bundle of a rotation, or takes a given one, with what is installed in mind. */
final class NewBundle {
  /** Three years: long enough for clients to get theirs, short enough to be practised. */
  private static final int USUAL_VALIDITY_DAYS = 1095;

  /** What a share of the validity has to be left of a CA, for it to issue once more. */
  private static final int SHARE = 3;

  private final LocalNode node;
  private final Host host;
  private final Options options;
  private final List<String> names;
  private final InstalledBundle installed;
  private final TrustChange trust;
  private final List<Finding> findings = new ArrayList<>();

  /**
   * @throws HostException if it cannot be told which nodes the cluster has
   */
  NewBundle(LocalNode node, Options options, InstalledBundle installed) throws HostException {
    this.node = node;
    this.host = node.installation().host();
    this.options = options;
    this.names = names(node.known());
    this.installed = installed;
    this.trust = new TrustChange(node, options, installed);
  }

  /** Host names of all nodes, then their addresses. */
  static List<String> names(ClusterStatus status) {
    Set<String> names = new LinkedHashSet<>();
    status.datanodes().stream().map(Datanode::name).forEach(names::add);
    status.datanodes().stream().map(Datanode::address).forEach(names::add);
    return List.copyOf(names);
  }

  /** Makes one; see {@link hacert.target.ManagedNode#make}. */
  Made make(BundleSpec spec, Optional<Secret> password, Authority authority) throws HostException {
    // Once nothing is left to be removed, a rotation makes new certificates like any other.
    if (options.trust() == Options.Trust.FINISH && !installed.trustedBeside().isEmpty()) {
      Bundle finished = Trust.finish(installed.bundle(), host.clock());
      TrustChange.onlyListsOf(finished);
      return new Made(finished, nothing(), findings);
    }
    BundleSpec wanted = spec.usually(USUAL_VALIDITY_DAYS);
    KeptAuthority kept =
        new KeptAuthority(
            host,
            authority,
            node.installation().profile().caValidityDays(),
            SHARE,
            options.revoke(),
            installed.certificates(ServerBundle.CA));
    CertificateAuthority ca = kept.open(wanted.keySpec(), caSubject(wanted));
    findings.addAll(kept.findings());
    Secret own = password.isPresent() ? copy(password.get()) : installed.password();
    try (own) {
      BundleMaker.Made made = BundleMaker.make(ca, order(wanted, ca), own, host.random());
      findings.addAll(made.findings());
      keepConfiguration(made.bundle());
      findings.addAll(trust.apply(made.bundle(), true));
      return new Made(made.bundle(), kept.toKeep(), findings);
    }
  }

  /** gs_om removes the installed one where the package has none. */
  private void keepConfiguration(Bundle bundle) {
    String name = ServerBundle.OPENSSL_CONFIGURATION;
    installed
        .file(name)
        .ifPresent(present -> bundle.files().computeIfAbsent(name, absent -> present.clone()));
  }

  /** Takes the nine files, or a package that holds them. */
  Taken take(Bundle given, Optional<Secret> password) {
    try {
      Bundle files = unpacked(given);
      if (password.isPresent() && files.files().containsKey(ServerBundle.SERVER_KEY + ".cipher")) {
        samePassword(files, password.get());
      }
      keepConfiguration(files);
      findings.addAll(trust.apply(files, false));
      return new Taken(files, findings);
    } catch (HostException e) {
      findings.add(e.finding());
      return new Taken(nothing(), findings);
    }
  }

  static Bundle unpacked(Bundle given) throws HostException {
    Map<String, byte[]> files = new LinkedHashMap<>();
    for (Map.Entry<String, byte[]> file : given.files().entrySet()) {
      if (given.files().size() == 1 && BundlePackage.named(file.getKey())) {
        return BundlePackage.read(file.getValue());
      }
      if (ServerBundle.ALL.contains(file.getKey())) {
        files.put(file.getKey(), file.getValue().clone());
      }
    }
    return new Bundle(files);
  }

  private static void samePassword(Bundle files, Secret wanted) throws HostException {
    byte[] asked = wanted.copy();
    try (Secret held = InstalledBundle.password(files, "the given bundle")) {
      byte[] has = held.copy();
      boolean same = Arrays.equals(asked, has);
      Arrays.fill(has, (byte) 0);
      if (!same) {
        throw new HostException(
            "PASSWORD_DIFFERS",
            "hacert_password is not the password that server.key.cipher of the given bundle holds.",
            "Take hacert_password away: a given bundle brings its own.");
      }
    } finally {
      Arrays.fill(asked, (byte) 0);
    }
  }

  private static Secret copy(Secret secret) {
    return new Secret(secret.copy());
  }

  private static Bundle nothing() {
    return new Bundle(Map.of());
  }

  /**
   * What clients may call a node: the names that the cluster knows, the common name, and whatever
   * the installed certificate names, for clients come by it now.
   */
  private List<String> alternativeNames(Subject subject) {
    Set<String> all = new LinkedHashSet<>(names);
    Stream.concat(
            Stream.of(subject.commonName()),
            installed.server().stream().flatMap(c -> CertificateNames.of(c).all().stream()))
        .filter(Leaf::isName)
        .filter(
            name ->
                all.stream().noneMatch(n -> n.equalsIgnoreCase(name) || Addresses.same(n, name)))
        .forEach(all::add);
    return List.copyOf(all);
  }

  private Order order(BundleSpec spec, CertificateAuthority ca) throws HostException {
    Optional<Revocation> revocation =
        options.revoke().isEmpty() && !trust.needsList(ca.chain().get(0))
            ? Optional.empty()
            : Optional.of(new Revocation(revoked(), spec.validityDays()));
    return new Order(
        spec.keySpec(),
        spec.validityDays(),
        subject(spec),
        alternativeNames(subject(spec)),
        installedName(ServerBundle.CLIENT_CERTIFICATE).orElse(node.installation().user()),
        revocation);
  }

  private Map<BigInteger, Instant> revoked() throws HostException {
    Map<BigInteger, Instant> revoked = new LinkedHashMap<>();
    for (String serial : options.revoke()) {
      BigInteger number = number(serial);
      if (number.signum() < 0) {
        throw new HostException(
            "SETTING_INVALID",
            "hacert_revoke holds '" + serial + "', which is no hexadecimal serial number.",
            "Give serial numbers as `openssl x509 -serial` prints them, in quotes.");
      }
      revoked.put(number, host.clock().instant());
    }
    return revoked;
  }

  /** A serial number as people write it, with or without colons; negative if it is none. */
  static BigInteger number(String serial) {
    try {
      return new BigInteger(serial.replace(":", ""), 16);
    } catch (NumberFormatException e) {
      return BigInteger.ONE.negate();
    }
  }

  /**
   * The server's libpq compares the common name alone: it must be a name that clients use. The
   * installed one is kept where it is such a name by all that can be told.
   */
  private Subject subject(BundleSpec spec) {
    Subject asked = spec.askedSubject();
    String name =
        !asked.commonName().isEmpty()
            ? asked.commonName()
            : installedName(ServerBundle.SERVER_CERTIFICATE)
                .filter(this::called)
                .orElse(names.get(0));
    Subject named =
        new Subject(
            asked.country(),
            asked.state(),
            asked.city(),
            asked.company(),
            asked.organization(),
            name,
            asked.email());
    return installed.server().map(c -> named.orElse(Subject.of(c))).orElse(named);
  }

  private boolean called(String name) {
    return Leaf.isName(name)
        && (name.contains(".")
            || names.stream().anyMatch(name::equalsIgnoreCase)
            || installed.server().filter(c -> CertificateNames.of(c).cover(name)).isPresent());
  }

  private Subject caSubject(BundleSpec spec) {
    Subject s = subject(spec);
    return new Subject(
        s.country(), s.state(), s.city(), s.company(), s.organization(), caName(names.get(0)), "");
  }

  /** RFC 5280 gives a common name 64 characters, as many as a host name may have. */
  private static String caName(String host) {
    String kind = " openGauss CA";
    int room = Subject.LONGEST_NAME - kind.length();
    return host.substring(0, Math.min(host.length(), room)) + kind;
  }

  private Optional<String> installedName(String file) {
    return installed.certificates(file).stream()
        .findFirst()
        .map(c -> Subject.of(c).commonName())
        .filter(name -> !name.isEmpty());
  }
}
