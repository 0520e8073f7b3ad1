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
   * @param listed whether the bundle has a CRL wherever {@link #needsList} asks for one
   * @return what was noticed; an error where CAs would be lost that nobody agreed to lose, or
   *     revoked certificates would be good again
   * @throws HostException what {@link Trust#withOld} throws
   */
  List<Finding> apply(Bundle bundle, boolean listed) throws HostException {
    Optional<String> unreadable = installed.unreadableTrust();
    if (unreadable.isPresent()) {
      return List.of(unknown(unreadable.get()));
    }
    byte[] own = bundle.files().get(ServerBundle.CA);
    Optional<byte[]> before = installed.file(ServerBundle.CA);
    List<X509Certificate> lost = lost(bundle);
    if (!listed && dropped(bundle, lost)) {
      return List.of(revokedAgain());
    }
    if (own == null || before.isEmpty()) {
      return List.of();
    }
    if (options.trust() == Options.Trust.OVERLAP) {
      if (!lost.isEmpty()) {
        bundle
            .files()
            .put(
                ServerBundle.CA,
                Trust.withOld(own, before.get(), node.installation().host().clock()));
      }
      withLists(bundle);
      return List.of();
    }
    return lost.isEmpty() ? List.of() : List.of(cutOff(lost));
  }

  /**
   * Whether a bundle that is to be made needs a CRL although nothing is revoked by the CA that
   * issues it: the installed CRL names certificates of CAs that stay trusted, and without a CRL of
   * every CA the server would take none of them into account.
   *
   * @param issuer its own list is made anew, and holds what it is told to
   */
  boolean needsList(X509Certificate issuer) {
    return options.trust() == Options.Trust.OVERLAP
        && revoking().stream()
            .filter(list -> !RevocationLists.issuedBy(list, issuer))
            .anyMatch(list -> issued(list, trusted()));
  }

  /** Whether a bundle without a CRL would end a revocation by a CA that stays trusted. */
  private boolean dropped(Bundle bundle, List<X509Certificate> lost) {
    if (options.trust() == Options.Trust.REPLACE || bundle.files().containsKey(ServerBundle.CRL)) {
      return false;
    }
    List<X509Certificate> staying =
        new ArrayList<>(InstalledBundle.certificates(bundle, ServerBundle.CA));
    if (options.trust() == Options.Trust.OVERLAP) {
      staying.addAll(lost);
    }
    return revoking().stream().anyMatch(list -> issued(list, staying));
  }

  private static boolean issued(X509CRL list, List<X509Certificate> cas) {
    return cas.stream().anyMatch(ca -> RevocationLists.issuedBy(list, ca));
  }

  /** The installed lists that are not empty. */
  private List<X509CRL> revoking() {
    try {
      byte[] crl = installed.file(ServerBundle.CRL).orElse(null);
      return crl == null
          ? List.of()
          : RevocationLists.read(crl).stream()
              .filter(list -> list.getRevokedCertificates() != null)
              .toList();
    } catch (UnreadableCertificateException e) {
      // The server cannot read it either.
      return List.of();
    }
  }

  private static Finding revokedAgain() {
    return Finding.error(
        "CRL_DROPPED",
        "The installed "
            + ServerBundle.CRL
            + " names revoked certificates of a CA that stays trusted, and the given bundle has no"
            + " CRL: these certificates would be good again.",
        "Put the CA's list into "
            + ServerBundle.CRL
            + " of the bundle, beside one of each other CA in "
            + ServerBundle.CA
            + ". Or set hacert_trust=replace: then what the bundle trusts, and its having no CRL,"
            + " takes the place of all that is installed.");
  }

  /** CAs that are trusted until now, could be so longer, and are not in the bundle. */
  private List<X509Certificate> lost(Bundle bundle) {
    List<X509Certificate> lost = trusted();
    lost.removeAll(InstalledBundle.certificates(bundle, ServerBundle.CA));
    return lost;
  }

  /** The installed CAs that have not ended. */
  private List<X509Certificate> trusted() {
    Instant now = node.installation().host().clock().instant();
    List<X509Certificate> trusted = new ArrayList<>(installed.certificates(ServerBundle.CA));
    trusted.removeIf(c -> !now.isBefore(c.getNotAfter().toInstant()));
    return trusted;
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
  private void withLists(Bundle bundle) {
    byte[] crl = bundle.files().get(ServerBundle.CRL);
    Optional<byte[]> before = installed.file(ServerBundle.CRL);
    if (crl == null || before.isEmpty()) {
      return;
    }
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    all.writeBytes(crl);
    try {
      List<X509CRL> brought = RevocationLists.read(crl);
      List<X509Certificate> besides = trusted();
      besides.removeIf(ca -> brought.stream().anyMatch(l -> RevocationLists.issuedBy(l, ca)));
      for (X509CRL list : RevocationLists.read(before.get())) {
        if (issued(list, besides)) {
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
