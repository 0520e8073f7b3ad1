package hacert.opengauss;

import hacert.host.CommandResult;
import hacert.host.HostException;
import hacert.result.Finding;
import hacert.target.Bundle;
import hacert.target.Options;
import hacert.x509.RevocationLists;
import hacert.x509.UnreadableCertificateException;
import java.io.ByteArrayOutputStream;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What becomes of the CAs that are trusted until now when a new bundle comes. */
final class TrustChange {
  /** Clients on this node's server, as the server itself lists them. */
  private static final String CLIENTS =
      "SELECT DISTINCT usename || ' from ' || client_addr FROM pg_stat_activity"
          + " WHERE client_addr IS NOT NULL";

  private static final int MOST_SHOWN = 20;

  private final LocalNode node;
  private final Options options;
  private final InstalledBundle installed;

  TrustChange(LocalNode node, Options options, InstalledBundle installed) {
    this.node = node;
    this.options = options;
    this.installed = installed;
  }

  /**
   * Puts the CAs that stay trusted, and their CRLs, into a new bundle.
   *
   * @return what was noticed; an error where CAs would be lost that nobody agreed to lose
   * @throws HostException what {@link Trust#withOld} throws
   */
  List<Finding> apply(Bundle bundle) throws HostException {
    Optional<String> unreadable = installed.unreadableTrust();
    if (unreadable.isPresent()) {
      return List.of(unknown(unreadable.get()));
    }
    byte[] own = bundle.files().get(ServerBundle.CA);
    Optional<byte[]> before = installed.file(ServerBundle.CA);
    List<X509Certificate> lost = lost(bundle);
    if (own == null || before.isEmpty() || lost.isEmpty()) {
      return List.of();
    }
    if (options.trust() == Options.Trust.OVERLAP) {
      bundle
          .files()
          .put(
              ServerBundle.CA,
              Trust.withOld(own, before.get(), node.installation().host().clock()));
      withLists(bundle, lost);
      return List.of();
    }
    return List.of(cutOff(lost));
  }

  /** CAs that are trusted until now, could be so longer, and are not in the bundle. */
  private List<X509Certificate> lost(Bundle bundle) {
    Instant now = node.installation().host().clock().instant();
    List<X509Certificate> lost = new ArrayList<>(installed.certificates(ServerBundle.CA));
    lost.removeAll(InstalledBundle.certificates(bundle, ServerBundle.CA));
    lost.removeIf(c -> !now.isBefore(c.getNotAfter().toInstant()));
    return lost;
  }

  private Finding cutOff(List<X509Certificate> lost) throws HostException {
    String message =
        "clients that know only these CAs, or have certificates of them, are cut off: "
            + lost.stream().map(c -> c.getSubjectX500Principal().getName()).toList()
            + "; connected to this node are "
            + clients();
    return change(
        message,
        "Leave hacert_trust at overlap, which keeps them trusted; or set"
            + " hacert_accept_ca_change=true once all clients have the new CA.");
  }

  /** What nobody can read cannot be kept, whatever is asked for. */
  private Finding unknown(String why) throws HostException {
    return change(
        why
            + "; so the CAs that are trusted until now are not known and cannot stay trusted: clients"
            + " that have certificates of another CA than the new one are cut off; connected to this"
            + " node are "
            + clients(),
        "Mend the file, from another node or a generation, and see that the server serves with it;"
            + " or set hacert_accept_ca_change=true, and only the new CA will be trusted.");
  }

  private Finding change(String message, String remedy) {
    return options.acceptCaChange()
        ? Finding.warning("CA_CHANGE", message, "")
        : Finding.error("CA_CHANGE", message, remedy);
  }

  private String clients() throws HostException {
    Installation installation = node.installation();
    CommandResult result =
        installation
            .host()
            .commands()
            .run(
                installation.command(
                    installation.profile().gsql(),
                    "-X",
                    "-A",
                    "-t",
                    "-d",
                    "postgres",
                    "-p",
                    Integer.toString(node.configuration().port().orElse(5432)),
                    "-c",
                    CLIENTS));
    List<String> lines =
        result.stdout().lines().map(String::strip).filter(l -> !l.isEmpty()).toList();
    if (!result.ok()) {
      return "clients that gsql could not list";
    }
    if (lines.isEmpty()) {
      return "none now";
    }
    String more = lines.size() > MOST_SHOWN ? " and " + (lines.size() - MOST_SHOWN) + " more" : "";
    return String.join(", ", lines.stream().limit(MOST_SHOWN).toList()) + more;
  }

  /** Takes CRLs of CAs that are no longer trusted out of a bundle. */
  static void onlyListsOf(Bundle bundle) {
    byte[] crl = bundle.files().get(ServerBundle.CRL);
    if (crl == null) {
      return;
    }
    List<X509Certificate> trusted = InstalledBundle.certificates(bundle, ServerBundle.CA);
    ByteArrayOutputStream left = new ByteArrayOutputStream();
    try {
      for (X509CRL list : RevocationLists.read(crl)) {
        if (trusted.stream().anyMatch(ca -> RevocationLists.issuedBy(list, ca))) {
          left.writeBytes(RevocationLists.pem(list));
        }
      }
    } catch (UnreadableCertificateException e) {
      // The check of the whole bundle says so.
      return;
    }
    if (left.size() == 0) {
      bundle.files().remove(ServerBundle.CRL);
    } else {
      bundle.files().put(ServerBundle.CRL, left.toByteArray());
    }
  }

  /** Where there is a CRL, the server wants a current one of every CA that issued a client. */
  private void withLists(Bundle bundle, List<X509Certificate> besides) throws HostException {
    byte[] crl = bundle.files().get(ServerBundle.CRL);
    Optional<byte[]> before = installed.file(ServerBundle.CRL);
    if (crl == null || before.isEmpty()) {
      return;
    }
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    all.writeBytes(crl);
    try {
      for (X509CRL list : RevocationLists.read(before.get())) {
        if (besides.stream().anyMatch(ca -> RevocationLists.issuedBy(list, ca))) {
          all.writeBytes(RevocationLists.pem(list));
        }
      }
    } catch (UnreadableCertificateException e) {
      // The check of the whole bundle says which CA has no list.
      return;
    }
    bundle.files().put(ServerBundle.CRL, all.toByteArray());
  }
}
