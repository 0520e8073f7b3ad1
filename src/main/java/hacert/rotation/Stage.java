package hacert.rotation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import hacert.host.AtomicFiles;
import hacert.host.HostException;
import hacert.host.OutwardLinks;
import hacert.host.Snapshot;
import hacert.result.CertificateSummary;
import hacert.result.Finding;
import hacert.result.Json;
import hacert.result.Outcome;
import hacert.result.StepReport;
import hacert.target.Bundle;
import hacert.target.Made;
import hacert.target.NodeFacts;
import hacert.target.RestartNeed;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * Puts everything that a rotation needs on this node and proves it good; nothing that runs is
 * touched:
 *
 * <ol>
 *   <li>see that there is room for all that will be written ({@link Room}), and that this user may
 *       write it ({@link Ownership}), and that what installs it can be run;
 *   <li>take the lease and open the journal;
 *   <li>on the node that is staged first: get the bundle ({@link BundleSource}); on the others:
 *       find it copied;
 *   <li>back up what is installed;
 *   <li>on the node that is staged first: copy the bundle to the others, and read it back there
 *       ({@link BundleCopies}).
 * </ol>
 *
 * Where the control machine carries the bundle ({@link Plan.Copy#CONTROL}), the other nodes are
 * asked twice: before that node they back up and offer a key, after it they open what it sealed to
 * that key.
 *
 * <p>Check mode does the same without writing: the bundle stays in memory, the copy is a log-in.
 */
final class Stage {
  private final Site site;
  private final Plan plan;
  private final Carrier carrier;
  private final BundleSource source;
  private final BundleCopies copies;
  private NodeFacts facts;

  Stage(Site site) {
    this.site = site;
    this.plan = site.plan();
    this.carrier = new Carrier(site);
    this.source = new BundleSource(site);
    this.copies = new BundleCopies(site);
  }

  Answer run() throws HostException, RefusedException, LockedException {
    source.check();
    if (site.request().check()) {
      return planned();
    }
    if (!backedUp()) {
      checkHost(site.installed());
    }
    Steps steps = site.steps(open());
    // Of a call, here or on the node that copies, that was killed while it wrote.
    AtomicFiles.removeLeftovers(site.state().bundle(plan.rotation()));
    if (offers(steps.journal())) {
      steps.run(Phase.STAGE_BACKUP, () -> new Backup(site, plan).make(facts()));
      steps.run(Phase.STAGE_RECIPIENT, carrier::offer);
      JsonNode offered = steps.journal().entry(Phase.STAGE_RECIPIENT).orElseThrow().data();
      return Answer.of(Outcome.SUCCEEDED)
          .findings(source.notices())
          .steps(steps.reports())
          .data(offered);
    }
    ObjectNode data = Json.mapper().createObjectNode();
    steps.run(Phase.STAGE_BUNDLE, this::bundle);
    Trees.remove(site.state().recipient(plan.rotation()));
    steps.run(Phase.STAGE_TIDY, () -> Steps.Done.of(site.node().tidy()));
    steps.run(Phase.STAGE_BACKUP, () -> new Backup(site, plan).make(facts()));
    if (site.maker() && plan.carried()) {
      // Nobody asks a second time, and at the end of a rotation the bundle may be gone.
      if (carrier.isAsked()) {
        try (Bundle bundle = StagedBundle.read(site.state().bundle(plan.rotation()))) {
          data = carrier.sealed(bundle);
        }
      }
      steps.tell(Phase.STAGE_COPY, "sealed for those that offer a key");
    } else if (site.maker() && plan.kind() == Plan.Kind.REPLACE) {
      if (copiedByAnotherRun(steps.journal())) {
        steps.tell(Phase.STAGE_COPY, copies.renew());
      } else {
        steps.run(Phase.STAGE_COPY, copies::make);
      }
    }
    JsonNode staged = steps.journal().entry(Phase.STAGE_BUNDLE).orElseThrow().data();
    data.set("staged", staged);
    return Answer.of(Outcome.SUCCEEDED)
        .findings(forewarned())
        .steps(steps.reports())
        .before(site.generations().get(plan.from()).certificates())
        .after(certificates(staged))
        .data(data);
  }

  /**
   * Between the runs a node may have lost what it had; once it was proven, every node has installed
   * it.
   */
  private boolean copiedByAnotherRun(Journal journal) {
    String run = site.request().holder().process();
    return journal.done(Phase.STAGE_COPY)
        && !journal.entry(Phase.STAGE_COPY).orElseThrow().run().equals(run)
        && !journal.begun(Phase.CONFIRM_PROVE);
  }

  /** All that will be written here can be, and what installs it can be run. */
  private void checkHost(Snapshot installed) throws HostException, RefusedException {
    source.checkTools();
    if (plan.kind() == Plan.Kind.REPLACE) {
      OutwardLinks.refuse(installed);
    }
    new Room(site).check(installed);
    source.note(new Ownership(site).check(installed));
  }

  /** A rotation under way must not be held up by a disk that has become full since. */
  private boolean backedUp() throws HostException {
    return site.journals()
        .load()
        .filter(j -> j.rotation().equals(plan.rotation()) && j.done(Phase.STAGE_BACKUP))
        .isPresent();
  }

  /** Asked once a call: it runs the vendor's status script. */
  private NodeFacts facts() {
    if (facts == null) {
      facts = site.node().facts(true);
    }
    return facts;
  }

  private Journal open() throws HostException, RefusedException, LockedException {
    Optional<Journal> earlier = site.journals().load();
    if (earlier.filter(j -> j.rotation().equals(plan.rotation())).isPresent()) {
      OpenJournal.checkDirection(earlier.get(), plan);
      return earlier.get();
    }
    if (earlier.filter(Journal::isOpen).isPresent()) {
      supersede(earlier.get());
    }
    removeAbandoned();
    NodeFacts facts = facts();
    return new Journal(
        Journal.SCHEMA,
        plan.rotation(),
        plan,
        site.request().change(),
        site.lease(Optional.empty()),
        null,
        facts.serviceStart(),
        facts.role().word(),
        List.of());
  }

  /** A bundle may have been copied here for a rotation that was cut off before it was staged. */
  private void removeAbandoned() throws HostException {
    for (Path rotation : Trees.list(site.state().rotations())) {
      String id = rotation.getFileName().toString();
      if (!id.equals(plan.rotation())) {
        StagedBundle.remove(site.state(), id);
      }
    }
  }

  /** Only a rotation that changed nothing, and that decide has seen, may be forgotten. */
  private void supersede(Journal earlier) throws HostException, LockedException {
    boolean ours = plan.supersedes().contains(earlier.rotation());
    if (earlier.begunAny(Phase.APPLY) || !ours && earlier.lease().holds(site.now())) {
      throw LockedException.heldBy(earlier.lease(), "Nothing was changed.");
    }
    StagedBundle.remove(site.state(), earlier.rotation());
    site.journals().archive(earlier.with(Outcome.REFUSED));
  }

  private Steps.Done bundle() throws HostException {
    return switch (plan.kind()) {
      case RESTORE -> restorable();
      case REPLACE -> site.maker() ? gotten() : arrived();
      case VENDOR -> gotten();
    };
  }

  private Steps.Done gotten() throws HostException {
    site.authorities().settle();
    try (Made made = source.get()) {
      JsonNode described = described(made.bundle());
      // Before anything that it issued is staged.
      site.authorities().await(plan.rotation(), made.authority());
      StagedBundle.write(site.state().bundle(plan.rotation()), made.bundle());
      return new Steps.Done(source.described(), described);
    }
  }

  /** Whether this call is the one before the bundle is there. */
  private boolean offers(Journal journal) {
    return plan.carried()
        && !site.maker()
        && !journal.done(Phase.STAGE_BUNDLE)
        && !carrier.makerHasTold();
  }

  /** What the node that has the bundle copied here, or sealed. */
  private Steps.Done arrived() throws HostException {
    if (plan.carried()) {
      carrier.open();
    }
    Path directory = site.state().bundle(plan.rotation());
    try (Bundle bundle = StagedBundle.read(directory)) {
      HostException.throwFirst(site.node().checkBundle(bundle, site.secrets().password()));
      // What came by SFTP need not have reached the disk, and the journal is about to say so.
      StagedBundle.write(directory, bundle);
      return new Steps.Done(
          "the bundle that " + plan.maker() + (plan.carried() ? " sealed" : " copied"),
          described(bundle));
    }
  }

  private JsonNode described(Bundle bundle) throws HostException {
    ObjectNode data = Json.mapper().createObjectNode();
    data.put("digest", site.target().digest(bundle));
    data.set("files", Json.mapper().valueToTree(StagedBundle.hashes(bundle)));
    data.set(
        "certificates",
        Json.mapper().valueToTree(site.target().summaries(bundle, site.host().clock())));
    return withRestart(data, bundle::at, Map.of());
  }

  /** Adds what has to be started anew once these files are installed. */
  private ObjectNode withRestart(
      ObjectNode data, Function<Path, Optional<byte[]>> content, Map<String, String> settings)
      throws HostException {
    RestartNeed need = site.node().restartNeed(content, settings);
    source.note(need.findings());
    data.set(StagedBundle.RESTART, Json.mapper().valueToTree(need.scope()));
    return data.put("restart_why", need.why());
  }

  private Steps.Done restorable() throws HostException {
    Generation wanted = site.generations().get(plan.restore());
    wanted.manifest().verifyCopy(site.state().generation(plan.restore()));
    new ForeignChanges(site).check(wanted);
    ObjectNode data = Json.mapper().createObjectNode();
    data.put("digest", wanted.digest());
    data.set("files", Json.mapper().createObjectNode());
    data.set("certificates", Json.mapper().valueToTree(wanted.certificates()));
    Path copies = site.state().generation(plan.restore());
    return new Steps.Done(
        "generation " + wanted.number() + " is whole",
        withRestart(data, path -> wanted.manifest().contentOf(copies, path), wanted.settings()));
  }

  private Answer planned() throws HostException, RefusedException {
    Snapshot installed = site.installed();
    checkHost(installed);
    List<StepReport> steps = new ArrayList<>();
    ObjectNode data = Json.mapper().createObjectNode();
    JsonNode staged = Json.mapper().createObjectNode();
    if (plan.kind() == Plan.Kind.REPLACE && !site.maker()) {
      if (plan.carried()) {
        data = carrier.trial();
        steps.add(new StepReport(Phase.STAGE_RECIPIENT, "planned", 0, "can make a key"));
      }
    } else {
      staged = plannedBundle(steps);
    }
    if (plan.kind() == Plan.Kind.REPLACE && site.maker()) {
      plannedCopies(steps);
    }
    steps.add(
        new StepReport(
            Phase.STAGE_BACKUP,
            "planned",
            0,
            installed.entries().size() + " files and directories"));
    return Answer.of(Outcome.PLANNED)
        .findings(forewarned())
        .steps(steps)
        .before(site.node().installed())
        .after(certificates(staged))
        .data(data);
  }

  private JsonNode plannedBundle(List<StepReport> steps) throws HostException {
    if (plan.kind() == Plan.Kind.RESTORE) {
      Steps.Done done = restorable();
      steps.add(new StepReport(Phase.STAGE_BUNDLE, "planned", 0, done.note()));
      return done.data();
    }
    if (source.fromVendorScript()) {
      source.checkedVendor();
      String note = "the vendor's script is there; it is not run";
      steps.add(new StepReport(Phase.STAGE_BUNDLE, "planned", 0, note));
      return Json.mapper().createObjectNode();
    }
    try (Made made = source.get()) {
      if (plan.carried()) {
        carrier.sealed(made.bundle());
      }
      String note = source.described() + "; one that is made gets another serial when it is real";
      steps.add(new StepReport(Phase.STAGE_BUNDLE, "planned", 0, note));
      return described(made.bundle());
    }
  }

  private void plannedCopies(List<StepReport> steps) throws HostException {
    for (String name : plan.receivers()) {
      if (!plan.carried()) {
        copies.check(name);
      }
      String note = plan.carried() ? "can be sealed for " + name : name + " takes a copy";
      steps.add(new StepReport(Phase.STAGE_COPY, "planned", 0, note));
    }
  }

  /** What was noticed, and, once a cluster, what is to be expected. */
  private List<Finding> forewarned() {
    List<Finding> all = new ArrayList<>(source.notices());
    if (site.maker()) {
      all.addAll(site.node().forewarnings());
    }
    return all;
  }

  private static List<CertificateSummary> certificates(JsonNode staged) {
    List<CertificateSummary> all = new ArrayList<>();
    staged
        .path("certificates")
        .forEach(c -> all.add(Json.mapper().convertValue(c, CertificateSummary.class)));
    return all;
  }
}
