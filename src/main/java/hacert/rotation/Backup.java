package hacert.rotation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import hacert.host.HostException;
import hacert.host.Snapshot;
import hacert.result.Finding;
import hacert.result.Json;
import hacert.target.NodeFacts;
import java.util.Map;

/** The backup that a rotation goes back to: what it keeps, and what the journal's step tells. */
final class Backup {
  private static final String DETAILS = "details";
  private static final String SETTINGS = "settings";

  private final Site site;
  private final Plan plan;

  Backup(Site site, Plan plan) {
    this.site = site;
    this.plan = plan;
  }

  /** What the system told of itself before the rotation. */
  static JsonNode details(Journal.Entry entry) {
    return entry.data().path(DETAILS);
  }

  /** What its settings said before the rotation, see {@link Generation#settings}. */
  static Map<String, String> settings(Journal journal) {
    return journal.texts(Phase.STAGE_BACKUP, SETTINGS);
  }

  /**
   * Keeps what is installed as a generation, unless it is one.
   *
   * @param facts what the node says of itself now
   */
  Steps.Done make(NodeFacts facts) throws HostException {
    // In a backup it would go with the next tidying, and the backup would be damaged.
    site.removeLeftovers();
    Snapshot installed = site.installed();
    boolean known =
        !Finding.stops(facts.doubts()) || site.generations().equalProven(installed).isPresent();
    boolean proven = known && !Finding.stops(facts.findings());
    Map<String, String> settings = site.node().settings();
    Generation kept = site.generations().all().get(plan.from());
    boolean equal =
        kept != null && GenerationStore.differences(kept.manifest(), installed).isEmpty();
    if (kept != null && !equal) {
      throw new HostException(
          "FILES_CHANGED",
          "The installed files were generation "
              + plan.from()
              + " when the rotation was planned, and are not any more: "
              + GenerationStore.differences(kept.manifest(), installed).stream().limit(5).toList()
              + ". Nothing was changed, and that generation is kept as it is.",
          "Find out who changed them. Then run the playbook again: it plans anew.");
    }
    if (!equal) {
      kept =
          new Generation(
              Generation.SCHEMA,
              plan.from(),
              site.now(),
              plan.rotation(),
              0,
              Generation.Origin.FOUND,
              proven,
              facts.bundleDigest(),
              facts.installed(),
              settings,
              installed);
      site.generations().keep(kept, site.node().restartByHand());
    } else if (!kept.settings().equals(settings)) {
      // A status that told nothing tells of no certificates either.
      kept =
          kept.with(
              settings, facts.installed().isEmpty() ? kept.certificates() : facts.installed());
      site.generations().describe(kept, site.node().restartByHand());
    }
    ObjectNode data = Json.mapper().createObjectNode();
    data.put("generation", plan.from());
    data.put("proven", kept.proven());
    data.put("digest", kept.digest());
    data.set(DETAILS, facts.details());
    data.set(SETTINGS, Json.mapper().valueToTree(settings));
    site.target()
        .validUntil(kept.certificates())
        .ifPresent(until -> data.put("valid_until", until.toString()));
    return new Steps.Done("generation " + plan.from(), data);
  }
}
