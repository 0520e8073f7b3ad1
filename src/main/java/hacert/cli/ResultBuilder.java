package hacert.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import hacert.result.CertificateSummary;
import hacert.result.Change;
import hacert.result.Exit;
import hacert.result.Finding;
import hacert.result.Json;
import hacert.result.Outcome;
import hacert.result.Result;
import hacert.result.Timings;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/** Gathers the result of a command that knows no cluster. */
public final class ResultBuilder {
  private final String operation;
  private final Surroundings surroundings;
  private final Instant started;
  private final List<Finding> findings = new ArrayList<>();
  private final List<CertificateSummary> before = new ArrayList<>();
  private final List<CertificateSummary> after = new ArrayList<>();
  private final ObjectNode data = Json.mapper().createObjectNode();

  /** Begins now. */
  public ResultBuilder(String operation, Surroundings surroundings) {
    this.operation = operation;
    this.surroundings = surroundings;
    this.started = surroundings.clock().instant();
  }

  /** Adds a finding. */
  public ResultBuilder finding(Finding finding) {
    findings.add(finding);
    return this;
  }

  /** Adds findings. */
  public ResultBuilder findings(Collection<Finding> more) {
    findings.addAll(more);
    return this;
  }

  /** Adds a certificate that is there already. */
  public ResultBuilder before(CertificateSummary certificate) {
    before.add(certificate);
    return this;
  }

  /** Adds a certificate that was made. */
  public ResultBuilder after(CertificateSummary certificate) {
    after.add(certificate);
    return this;
  }

  /** What only this operation answers. */
  public ObjectNode data() {
    return data;
  }

  /** Whether a finding stops the operation. */
  public boolean stopped() {
    return Finding.stops(findings);
  }

  /** Ends now: refused when a finding stops it, else with this outcome. */
  public Result build(Outcome good) {
    return build(
        "", false, stopped() ? Outcome.REFUSED : good, stopped() ? Exit.REFUSED : Exit.DONE);
  }

  /** Ends now, for a cluster, in a way that was decided elsewhere. */
  Result build(String cluster, boolean check, Outcome outcome, Exit exit) {
    Clock clock = surroundings.clock();
    Instant finished = clock.instant();
    List<Finding> sorted =
        findings.stream().sorted(Comparator.comparing(Finding::severity).reversed()).toList();
    return new Result(
        Result.SCHEMA,
        Version.text(),
        operation,
        cluster,
        "",
        "",
        surroundings.hostName(),
        null,
        check,
        outcome,
        exit.code(),
        started,
        finished,
        Change.NONE,
        sorted,
        List.of(),
        List.copyOf(before),
        List.copyOf(after),
        new Timings(Duration.between(started, finished).toMillis() / 1000.0, null, null),
        data.isEmpty() ? null : data);
  }
}
