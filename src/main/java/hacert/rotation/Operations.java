package hacert.rotation;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import hacert.host.AtomicFiles;
import hacert.host.CallLock;
import hacert.host.FileMeta;
import hacert.host.HostException;
import hacert.host.Peers;
import hacert.result.Exit;
import hacert.result.Finding;
import hacert.result.Json;
import hacert.result.Outcome;
import hacert.result.Result;
import hacert.target.Bundle;
import hacert.target.Contents;
import hacert.target.Host;
import hacert.target.ManagedNode;
import hacert.target.NodeIdentity;
import hacert.target.Secret;
import hacert.target.Target;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Runs the operation that a request asks for, on this host, and answers with a result. */
public final class Operations {
  private static final DateTimeFormatter STAMP =
      DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmss").withZone(ZoneOffset.UTC);

  /** Sorted by time, also where two calls end within a second. */
  private static final DateTimeFormatter KEPT_AS =
      DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmss.SSS").withZone(ZoneOffset.UTC);

  /** Operations that change something, whose results are kept on the host. */
  private static final Set<String> KEPT =
      Set.of("stage", "apply", "confirm", "close", "rollback", "purge");

  private static final Set<String> NOT_IN_CHECK_MODE =
      Set.of("apply", "confirm", "close", "rollback");

  private final Map<String, Target> targets;
  private final HostOpener hosts;
  private final Peers peers;
  private final String version;

  /** Looks at this machine, which may fail: its login environment is asked for. */
  @FunctionalInterface
  public interface HostOpener {
    /** Opens it. */
    Host open() throws HostException;
  }

  /**
   * @param targets the known targets, by name
   * @param hosts opens this machine
   * @param peers opens sessions on other nodes
   * @param version version of this program
   */
  public Operations(Map<String, Target> targets, HostOpener hosts, Peers peers, String version) {
    this.targets = Map.copyOf(targets);
    this.hosts = hosts;
    this.peers = peers;
    this.version = version;
  }

  /** Runs one operation. Errors that are foreseen become findings of the result. */
  public Result execute(Request request, Secrets secrets) {
    Instant started = Instant.now();
    Optional<Site> site = Optional.empty();
    Answer answer;
    try {
      Target target = targets.get(request.target());
      if (target == null) {
        throw new RefusedException(
            "TARGET_UNKNOWN",
            "There is no target '" + request.target() + "'.",
            "Set hacert_target to one of " + targets.keySet() + ".");
      }
      if (request.operation().equals("decide")) {
        answer = decide(target, request, secrets);
      } else {
        checkMode(request);
        site = Optional.of(site(target, request, secrets));
        answer = locked(site.get());
      }
    } catch (RefusedException e) {
      answer = Answer.of(Outcome.REFUSED).findings(e.findings());
    } catch (LockedException e) {
      answer = Answer.of(Outcome.REFUSED, Exit.LOCKED).finding(e.finding());
    } catch (HostException e) {
      answer = failed(request, site, e);
    }
    Result result = result(request, answer, started);
    site.ifPresent(s -> keep(s, result));
    return result;
  }

  private static void checkMode(Request request) throws RefusedException {
    if (request.check() && NOT_IN_CHECK_MODE.contains(request.operation())) {
      throw new RefusedException(
          "CHECK_MODE",
          "A dry run ends after stage: " + request.operation() + " has no dry form.",
          "Ask for it without check mode.");
    }
  }

  /** Calls that write do so one at a time. */
  private static Answer locked(Site site) throws HostException, RefusedException, LockedException {
    if (site.request().check()) {
      return run(site);
    }
    if (!KEPT.contains(site.request().operation())) {
      settleIfFree(site);
      return run(site);
    }
    AtomicFiles.directories(site.state().root(), 0700);
    // Someone else may have made it since it was looked at.
    site.state().checked();
    CallLock lock = site.lock();
    try {
      Trees.removeLeftovers(site.state().root());
      site.loan().settle();
      StagedBundle.removeOutlived(site.state());
      return run(site);
    } finally {
      lock.close();
    }
  }

  /** One who only looks puts right what a killed call has left, unless a call works here now. */
  private static void settleIfFree(Site site) throws HostException {
    if (!site.loan().open() && StagedBundle.outlived(site.state()).isEmpty()) {
      return;
    }
    Optional<CallLock> lock =
        CallLock.tryAcquire(site.state().lock(), site.request().operation(), site.host().clock());
    if (lock.isPresent()) {
      try {
        site.loan().settle();
        StagedBundle.removeOutlived(site.state());
      } finally {
        lock.get().close();
      }
    }
  }

  private static Answer run(Site site) throws HostException, RefusedException, LockedException {
    return switch (site.request().operation()) {
      case "discover" -> new Discover(site).run();
      case "stage" -> new Stage(site).run();
      case "apply" -> new Apply(site).run();
      case "confirm" -> new Confirm(site).run();
      case "close" -> new Close(site).run();
      case "rollback" -> new Rollback(site).run();
      case "purge" -> new Purge(site).run();
      default -> throw new IllegalArgumentException(site.request().operation());
    };
  }

  private Site site(Target target, Request request, Secrets secrets) throws HostException {
    Host host = hosts.open();
    Path root =
        host.login()
            .home()
            .resolve(request.settings().stateDir())
            .resolve(request.cluster())
            .normalize();
    StateDirectory state = new StateDirectory(root).checked();
    ManagedNode node =
        target.open(
            host,
            request.node(),
            request.profile(),
            request.profileOverrides(),
            request.settings().options());
    Site site = new Site(request, secrets, host, peers, target, node, state, version);
    site.journals()
        .load()
        .filter(Journal::isOpen)
        .flatMap(journal -> journal.entry(Phase.STAGE_BACKUP))
        .filter(entry -> entry.state() == Journal.State.DONE)
        .ifPresent(entry -> node.recall(Backup.details(entry)));
    Optional.ofNullable(request.plan()).map(Plan::rolesWritten).ifPresent(node::rolesWritten);
    return site;
  }

  /** Before the first effect of an operation an error refuses it; after it, it failed. */
  private static Answer failed(Request request, Optional<Site> site, HostException e) {
    boolean changing = NOT_IN_CHECK_MODE.contains(request.operation());
    Outcome outcome = changing && site.isPresent() ? Outcome.FAILED : Outcome.REFUSED;
    Answer answer = Answer.of(outcome).finding(e.finding());
    site.filter(s -> changing).ifPresent(s -> answer.finding(NodeState.of(s)));
    return answer;
  }

  private Answer decide(Target target, Request request, Secrets secrets) throws HostException {
    Decision decision = decision(target, request, secrets);
    ObjectNode data = JsonNodeFactory.instance.objectNode();
    if (decision instanceof Decision.Go go) {
      data.set("plan", Json.mapper().valueToTree(go.plan()));
      Answer answer =
          switch (go.plan().action()) {
            case NONE -> Answer.of(Outcome.UNCHANGED);
            case ROTATE, BACK, STOP -> Answer.of(Outcome.PLANNED);
          };
      return answer.findings(go.findings()).data(data);
    }
    Decision.No no = (Decision.No) decision;
    return Answer.of(Outcome.REFUSED, no.exit()).findings(no.findings());
  }

  /**
   * What nodes found comes from other hosts, and parts of it are read only when they are judged.
   */
  private static Decision decision(Target target, Request request, Secrets secrets)
      throws HostException {
    try {
      return new Decide(target).decide(question(target, request, secrets));
    } catch (IllegalArgumentException e) {
      if (e.getCause() instanceof JsonProcessingException why) {
        throw RequestReader.invalid(
            "what a node answered lacks a part: " + why.getOriginalMessage());
      }
      throw e;
    }
  }

  private static Question question(Target target, Request request, Secrets secrets) {
    List<NodeIdentity> nodes = new ArrayList<>();
    nodes.add(request.node());
    nodes.addAll(request.peers());
    Map<String, Discovery> found = new LinkedHashMap<>();
    Map<String, List<Finding>> unreachable = new LinkedHashMap<>();
    for (Result result : request.found()) {
      if (result.data() != null && result.data().has("discovery")) {
        found.put(
            result.host(),
            Json.mapper().convertValue(result.data().get("discovery"), Discovery.class));
      } else {
        unreachable.put(
            result.host(), result.findings().stream().map(f -> f.on(result.host())).toList());
      }
    }
    nodes.sort(
        Comparator.comparing(
            n -> request.found().stream().map(Result::host).toList().indexOf(n.name())));
    return new Question(
        request.cluster(),
        nodes,
        found,
        unreachable,
        request.failed(),
        request.intent(),
        request.settings(),
        request.holder(),
        request.deadProcesses(),
        given(target, secrets),
        request.check(),
        Instant.now(),
        newRotation());
  }

  private static Optional<Contents> given(Target target, Secrets secrets) {
    if (!secrets.bundleGiven()) {
      return Optional.empty();
    }
    try (Bundle bundle = secrets.bundle();
        Secret none = new Secret(new byte[0])) {
      Secret password = secrets.bundlePassword().orElse(none);
      return Optional.of(target.given(bundle, password, Clock.systemUTC()));
    }
  }

  private static String newRotation() {
    byte[] random = new byte[4];
    new SecureRandom().nextBytes(random);
    return STAMP.format(Instant.now()) + "-" + HexFormat.of().formatHex(random);
  }

  private Result result(Request request, Answer answer, Instant started) {
    Instant finished = Instant.now();
    String rotation = request.plan() == null ? null : request.plan().rotation();
    return new Result(
        Result.SCHEMA,
        version,
        request.operation(),
        request.cluster(),
        request.target(),
        request.profile(),
        request.node().name(),
        rotation,
        request.check(),
        answer.outcome(),
        answer.exit().code(),
        started,
        finished,
        request.change(),
        answer.findings(),
        answer.steps(),
        answer.before(),
        answer.after(),
        answer.timings(Duration.between(started, finished).toMillis() / 1000.0),
        answer.data());
  }

  /**
   * For the auditor, and for {@link Kept}. That it cannot be kept is no reason to call the
   * operation failed.
   */
  private static void keep(Site site, Result result) {
    if (site.request().check() || !KEPT.contains(result.operation())) {
      return;
    }
    String name = KEPT_AS.format(result.finished()) + "-" + result.operation() + ".json";
    try {
      AtomicFiles.directories(site.state().results(), 0700);
      AtomicFiles.write(
          site.state().results().resolve(name),
          Json.mapper().writerWithDefaultPrettyPrinter().writeValueAsBytes(result),
          FileMeta.mine(0600));
      if (result.outcome() != Outcome.REFUSED) {
        keepProfile(site);
      }
    } catch (HostException e) {
      System.err.println("hacert: the result is not kept on this host: " + e.getMessage());
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a result is plain data", e);
    }
  }

  /** Mostly it is there already, and what is not written cannot be cut off. */
  private static void keepProfile(Site site) throws HostException, JsonProcessingException {
    Path place = site.state().profile();
    byte[] profile = Json.mapper().writeValueAsBytes(site.request().profileOverrides());
    try {
      if (Files.exists(place) && Arrays.equals(Files.readAllBytes(place), profile)) {
        return;
      }
    } catch (IOException e) {
      // Written anew, it can be read again.
    }
    AtomicFiles.write(place, profile, FileMeta.mine(0600));
  }
}
