package hacert.rotation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import hacert.result.CertificateSummary;
import hacert.result.Exit;
import hacert.result.Finding;
import hacert.result.Outcome;
import hacert.result.StepReport;
import hacert.result.Timings;
import java.util.ArrayList;
import java.util.List;

/** What an operation answers, before it becomes a result. */
final class Answer {
  private final Outcome outcome;
  private final Exit exit;
  private final List<Finding> findings = new ArrayList<>();
  private List<StepReport> steps = List.of();
  private List<CertificateSummary> before = List.of();
  private List<CertificateSummary> after = List.of();
  private Double restart;
  private Double mixedWindow;
  private JsonNode data = JsonNodeFactory.instance.objectNode();

  private Answer(Outcome outcome, Exit exit) {
    this.outcome = outcome;
    this.exit = exit;
  }

  static Answer of(Outcome outcome) {
    return new Answer(
        outcome,
        switch (outcome) {
          case REFUSED -> Exit.REFUSED;
          case FAILED -> Exit.NEEDS_PERSON;
          default -> Exit.DONE;
        });
  }

  static Answer of(Outcome outcome, Exit exit) {
    return new Answer(outcome, exit);
  }

  Answer findings(List<Finding> more) {
    findings.addAll(more);
    return this;
  }

  Answer finding(Finding one) {
    findings.add(one);
    return this;
  }

  Answer steps(List<StepReport> reports) {
    steps = reports;
    return this;
  }

  Answer before(List<CertificateSummary> certificates) {
    before = certificates;
    return this;
  }

  Answer after(List<CertificateSummary> certificates) {
    after = certificates;
    return this;
  }

  Answer restart(Double seconds) {
    restart = seconds;
    return this;
  }

  Answer mixedWindow(Double seconds) {
    mixedWindow = seconds;
    return this;
  }

  Answer data(JsonNode node) {
    data = node;
    return this;
  }

  Outcome outcome() {
    return outcome;
  }

  Exit exit() {
    return exit;
  }

  List<Finding> findings() {
    return findings.stream().sorted((a, b) -> b.severity().compareTo(a.severity())).toList();
  }

  List<StepReport> steps() {
    return steps;
  }

  List<CertificateSummary> before() {
    return before;
  }

  List<CertificateSummary> after() {
    return after;
  }

  JsonNode data() {
    return data;
  }

  Timings timings(double total) {
    return new Timings(total, restart, mixedWindow);
  }
}
