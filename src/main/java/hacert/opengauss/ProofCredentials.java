package hacert.opengauss;

import hacert.host.HostException;
import hacert.probe.Credentials;
import hacert.result.Finding;
import hacert.result.Severity;
import hacert.target.ManagedNode.Proving;
import hacert.target.Secret;
import hacert.x509.Certificates;
import hacert.x509.PemKeys;
import hacert.x509.UnreadableKeyException;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the handshakes of a proof show and trust: the installed client certificate and CAs. Of a new
 * bundle both must work, for it was checked before. What lay there before a rotation was good
 * enough where it was served, and may hold a client certificate that its server never took: on a
 * way back only that is asked which it can give, and the rest is told.
 */
final class ProofCredentials {
  private final InstalledBundle installed;
  private final Instant now;
  private final List<Finding> notes = new ArrayList<>();

  ProofCredentials(InstalledBundle installed, Instant now) {
    this.installed = installed;
    this.now = now;
  }

  /** What was left out, and why. */
  List<Finding> notes() {
    return List.copyOf(notes);
  }

  Credentials of(Proving proving) {
    if (proving.expired()) {
      // Those that are back need be served only: nobody can trust them, nor take them.
      return Credentials.NONE;
    }
    Optional<Credentials.Identity> client = client(proving.replaced());
    Credentials trusting = Credentials.trusting(installed.certificates(ServerBundle.CA));
    List<X509Certificate> server = installed.certificates(ServerBundle.SERVER_CERTIFICATE);
    if (!proving.replaced() && !server.isEmpty() && !trusting.trusts(server, now)) {
      notes.add(
          Finding.warning(
              "BUNDLE_INCONSISTENT",
              "the server certificate that is back cannot be verified by the CAs in cacert.pem: it"
                  + " was only looked whether it is served",
              "A rotation replaces both."));
      trusting = Credentials.NONE;
    }
    return client.map(trusting::with).orElse(trusting);
  }

  private Optional<Credentials.Identity> client(boolean replaced) {
    Optional<byte[]> key = installed.file(ServerBundle.CLIENT_KEY);
    List<X509Certificate> chain = installed.certificates(ServerBundle.CLIENT_CERTIFICATE);
    Optional<byte[]> cipher = installed.file(ServerBundle.CLIENT_KEY + ServerBundle.CIPHER);
    Optional<byte[]> rand = installed.file(ServerBundle.CLIENT_KEY + ServerBundle.RAND);
    if (key.isEmpty() || chain.isEmpty() || cipher.isEmpty() || rand.isEmpty()) {
      return without("there is none in the directory of the tools");
    }
    Optional<String> unfit = replaced ? Optional.empty() : unfit(chain);
    if (unfit.isPresent()) {
      return without("no server with these files takes the one that is back: " + unfit.get());
    }
    char[] chars = {};
    try (Secret password = KeyPassword.decrypt(cipher.get(), rand.get())) {
      chars = password.chars();
      PrivateKey read = PemKeys.read(key.get(), chars);
      if (!Certificates.matches(read, chain.get(0))) {
        return without("its key is another's");
      }
      return Optional.of(new Credentials.Identity(read, chain));
    } catch (HostException | UnreadableKeyException e) {
      return without(e.getMessage());
    } finally {
      Arrays.fill(chars, '\0');
    }
  }

  /** Why a new bundle with this client certificate would be refused. */
  private Optional<String> unfit(List<X509Certificate> shown) {
    List<X509Certificate> cas = installed.certificates(ServerBundle.CA);
    Expectation expectation = new Expectation(List.of(), now, Optional.empty(), true, Map.of());
    LeafRules rules = new LeafRules(Side.CLIENT, shown, cas, expectation);
    List<Finding> findings = new ArrayList<>(rules.check());
    Map<Side, X509Certificate> leafs = Map.of(Side.CLIENT, shown.get(0));
    installed
        .listInForce()
        .map(crl -> CrlRules.check(crl, cas, rules.issuers(), leafs, expectation))
        .ifPresent(findings::addAll);
    return findings.stream()
        .filter(f -> f.severity() == Severity.ERROR)
        .map(Finding::message)
        .findFirst();
  }

  private Optional<Credentials.Identity> without(String why) {
    notes.add(
        Finding.info(
            "NO_CLIENT_CERTIFICATE",
            "the handshakes were made without a client certificate: " + why));
    return Optional.empty();
  }
}
