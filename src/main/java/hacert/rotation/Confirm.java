package hacert.rotation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import hacert.host.HostException;
import hacert.result.CertificateSummary;
import hacert.result.Finding;
import hacert.result.Json;
import hacert.result.Outcome;
import hacert.rotation.Journal.Entry;
import hacert.target.HaRole;
import hacert.target.ManagedNode.Proof;
import hacert.target.ManagedNode.Proving;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Proves from this node that the cluster works with what is installed: after a rotation with the
 * new bundle, after a rollback with the old one.
 */
final class Confirm {
  /** Where an answer tells the node's own HA role. */
  static final String ROLE = "role";

  private static final String AGREED = "agreed";

  private final Site site;
  private final Plan plan;

  Confirm(Site site) {
    this.site = site;
    this.plan = site.plan();
  }

  Answer run() throws HostException, RefusedException, LockedException {
    if (OpenJournal.neverReached(site)) {
      return Answer.of(Outcome.UNCHANGED).after(site.node().installed());
    }
    Journal journal = OpenJournal.of(site);
    boolean back = plan.action() == Plan.Action.BACK;
    boolean untouched = !journal.hasChanged() && plan.back().isEmpty();
    if (!journal.isOpen() || back && untouched) {
      return Answer.of(Outcome.UNCHANGED).after(site.node().installed());
    }
    if (!back && !journal.done(Phase.APPLY_RESTART)) {
      throw new RefusedException(
          "NOT_APPLIED",
          "Rotation " + plan.rotation() + " has not changed this node yet.",
          "Run the playbook from its beginning.");
    }
    return prove(journal, back);
  }

  private Answer prove(Journal journal, boolean back) throws HostException {
    Steps steps = site.steps(journal);
    String expected =
        journal
            .entry(back ? Phase.STAGE_BACKUP : Phase.STAGE_BUNDLE)
            .map(e -> e.data().path("digest").asText())
            .orElse("");
    List<Finding> findings = new ArrayList<>();
    String step = back ? Phase.CONFIRM_BACK : Phase.CONFIRM_PROVE;
    // The mixed window has ended when it was proven for the first time, whatever came of it since.
    JsonNode first =
        journal.entry(step).map(Entry::data).filter(d -> d.has(AGREED)).orElse(NullNode.instance);
    // Since it was proven before anything may have happened, to the HA roles too.
    steps.always(
        step,
        first,
        () -> first,
        () -> {
          if (back) {
            noneEarly(journal);
          }
          asKept(back);
          Proof proof = site.node().prove(expected, healthy(back), proving(journal, back));
          findings.addAll(proof.findings());
          HostException.throwFirst(proof.findings());
          return new Steps.Done("proven", seen(first, journal, proof));
        });
    JsonNode data = steps.journal().entry(step).orElseThrow().data();
    JsonNode window = data.path("mixed_window");
    return Answer.of(Outcome.SUCCEEDED)
        .findings(findings)
        .steps(steps.reports())
        .after(site.node().installed())
        .mixedWindow(window.isNumber() ? window.asDouble() : null)
        .data(Json.mapper().createObjectNode().set(ROLE, data.path(ROLE)));
  }

  /** With the role, which close compares between the nodes. */
  private JsonNode seen(JsonNode first, Journal journal, Proof proof) {
    ObjectNode data =
        first instanceof ObjectNode earlier ? earlier.deepCopy() : agreed(journal, proof.agreed());
    return data.put(ROLE, proof.role().word());
  }

  /** They may have come since it was decided which nodes go back; then this one goes back too. */
  private void noneEarly(Journal journal) throws HostException {
    if (EarlyFiles.lie(site, journal)) {
      throw new HostException(
          "INSTALLED_DIFFERS",
          "New files of rotation "
              + plan.rotation()
              + " lie on this node, which it has not changed: another node's, brought here by the"
              + " file synchronisation.",
          "Run the same command again: it brings the old ones back.");
    }
  }

  /** What was brought back must be what was kept, whether or not it belongs together. */
  private void asKept(boolean back) throws HostException {
    if (!back && plan.kind() != Plan.Kind.RESTORE) {
      return;
    }
    Generation kept = site.generations().get(back ? plan.from() : plan.restore());
    Map<String, String> installed = CertificateSummary.fingerprints(site.node().installed());
    Map<String, String> wanted = CertificateSummary.fingerprints(kept.certificates());
    // A profile that has changed since may look at other files.
    wanted.keySet().retainAll(installed.keySet());
    installed.keySet().retainAll(wanted.keySet());
    if (!installed.equals(wanted)) {
      throw new HostException(
          "INSTALLED_DIFFERS",
          String.format(
              "The installed certificates should be those of generation %d, %s, and are %s.",
              kept.number(), wanted, installed),
          "Find out who changed them.");
    }
  }

  /** A new bundle must bring health, whatever was before; an older one need not do so. */
  private boolean healthy(boolean back) {
    return plan.healthy() || !back && plan.kind() == Plan.Kind.REPLACE;
  }

  private Proving proving(Journal journal, boolean back) throws HostException {
    // Where a person had to say who is active, what the nodes called themselves was no HA role.
    HaRole before =
        plan.named() ? HaRole.UNKNOWN : HaRole.valueOf(journal.role().toUpperCase(Locale.ROOT));
    return new Proving(
        before,
        !back && plan.kind() == Plan.Kind.REPLACE,
        site.generations().get(plan.from()).certificates(),
        back && plan.expired(),
        back ? "" : Applied.startBefore(journal),
        back ? Optional.empty() : Applied.installed(journal),
        site.request().settings().managerUrl(),
        site.request().peers(),
        site.secrets().password());
  }

  /** On the first node, both ends of the mixed window are seen by one clock. */
  private ObjectNode agreed(Journal journal, Instant agreed) {
    ObjectNode data = Json.mapper().createObjectNode().put(AGREED, agreed.toString());
    journal.entries().stream()
        .filter(e -> site.first() && e.step().startsWith(Phase.APPLY + "."))
        .map(Entry::began)
        .min(Instant::compareTo)
        .ifPresent(
            began -> data.put("mixed_window", Duration.between(began, agreed).toMillis() / 1000.0));
    return data;
  }
}
