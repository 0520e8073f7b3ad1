package hacert.playbook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import com.fasterxml.jackson.databind.JsonNode;
import hacert.result.Finding;
import hacert.result.Json;
import hacert.result.Outcome;
import hacert.result.Result;
import hacert.result.ResultSchema;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What came of a playbook.
 *
 * @param code exit code of ansible-playbook
 * @param output all that it printed
 * @param results the results of hacert in the order in which they came, each valid by the schema
 * @param diffs what {@code --diff} shows
 */
record PlayRun(int code, String output, List<Result> results, List<JsonNode> diffs) {

  static PlayRun of(Command.Ended ended, Path record) {
    List<Result> results = new ArrayList<>();
    List<JsonNode> diffs = new ArrayList<>();
    try {
      for (String line : Files.readAllLines(record)) {
        JsonNode told = Json.mapper().readTree(line);
        ResultSchema.assertValid(told.path("result").toString());
        results.add(Json.mapper().treeToValue(told.path("result"), Result.class));
        if (told.path("diff").isObject()) {
          diffs.add(told.path("diff"));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (AssertionError e) {
      throw new AssertionError(ended.output(), e);
    }
    return new PlayRun(ended.code(), ended.output(), results, diffs);
  }

  /** The text without its line breaks. */
  String text() {
    return output.replaceAll("\\s+", " ");
  }

  /** How often this stands in the text. */
  long told(String words) {
    return Pattern.compile(Pattern.quote(words)).matcher(text()).results().count();
  }

  List<Result> of(String operation) {
    return results.stream().filter(r -> r.operation().equals(operation)).toList();
  }

  /** The last result of an operation on a host. */
  Result last(String operation, LabHost host) {
    return of(operation).stream()
        .filter(r -> r.host().equals(host.name()))
        .reduce((x, y) -> y)
        .orElseThrow(
            () -> new AssertionError("no " + operation + " of " + host.name() + "\n" + output));
  }

  /** Hosts in the order in which an operation came to them. */
  List<String> order(String operation) {
    return of(operation).stream().map(Result::host).toList();
  }

  /** How often a host was asked to apply. */
  long appliesOn(LabHost host) {
    return order("apply").stream().filter(host.name()::equals).count();
  }

  /** Codes of all findings of all results. */
  List<String> codes() {
    return results.stream().flatMap(r -> r.findings().stream()).map(Finding::code).toList();
  }

  /** Insists that the report ends with this code for a cluster. */
  PlayRun assertEnd(LabCluster cluster, Outcome outcome, int exit) {
    String word = Json.mapper().convertValue(outcome, String.class);
    assertThat(text())
        .containsPattern(
            "cluster " + cluster.cluster() + ": " + word + ",? \\(?code " + exit + "\\b");
    if (exit != 0) {
      assertThat(code).as(output).isNotZero();
    }
    return this;
  }

  /**
   * Insists that the run stopped for a person, with this finding: each node told by its files, the
   * generation it runs and its HA role, or as one that cannot be reached, both ways on told, and
   * every journal open.
   */
  PlayRun assertStopped(LabCluster cluster, String code) {
    assertEnd(cluster, Outcome.FAILED, 5);
    List<Finding> told = decided(cluster);
    assertThat(told)
        .as(output)
        .filteredOn(f -> f.code().equals(code) && f.message().contains(" stops, and stays open: "))
        .singleElement()
        .extracting(Finding::remedy, STRING)
        .contains("rotate-certs.yml", "rollback-certs.yml");
    assertTellsNodes(cluster);
    for (LabHost host : cluster.hosts()) {
      assertThat(host.journalOpen()).as("%s: journal is open", host.name()).isTrue();
    }
    // The lines on the screen are broken anywhere between two words, and after hyphens.
    String shown = output.replaceAll("\\s", "");
    assertThat(told)
        .allMatch(f -> shown.contains(f.message().replaceAll("\\s", "")), "shown on the screen")
        .allMatch(f -> shown.contains(f.remedy().replaceAll("\\s", "")), "shown with its remedy");
    return this;
  }

  /** What the last decision about a cluster found. */
  private List<Finding> decided(LabCluster cluster) {
    return of("decide", cluster).reduce((x, y) -> y).map(Result::findings).orElse(List.of());
  }

  /**
   * Insists that at the end each node is told by its files, the generation it runs and its HA role,
   * or as one that cannot be reached.
   */
  void assertTellsNodes(LabCluster cluster) {
    List<Finding> told = decided(cluster);
    for (LabHost host : cluster.hosts()) {
      assertThat(told)
          .as("what is told of %s:\n%s", host.name(), output)
          .anyMatch(f -> tells(f, host.name()));
    }
  }

  private static boolean tells(Finding f, String node) {
    return f.code().equals("NODE_STATE")
            && f.message().matches(node + ": .+, has .+ on disk, HA role [a-z]+\\.")
        || f.code().equals("HOST_UNREACHABLE") && f.message().contains(node);
  }

  /** Insists that a cluster was refused with this finding, and that the finding has a remedy. */
  PlayRun assertRefused(LabCluster cluster, String finding) {
    assertThat(findings(cluster))
        .as(output)
        .filteredOn(f -> f.code().equals(finding))
        .isNotEmpty()
        .extracting(Finding::remedy)
        .doesNotContain("");
    return assertEnd(cluster, Outcome.REFUSED, 3);
  }

  /** How a cluster ended by the report, as {@code succeeded (code 0)}. */
  String end(LabCluster cluster) {
    Matcher matcher =
        Pattern.compile("cluster " + cluster.cluster() + ": ([a-z-]+ \\(code \\d\\))")
            .matcher(text());
    return matcher.find() ? matcher.group(1) : "not told";
  }

  /** Insists that a cluster ended well: by this run, or as it was recorded before it. */
  PlayRun assertEndedWell(LabCluster cluster) {
    String end = end(cluster);
    assertThat(end).as(output).isIn("succeeded (code 0)", "unchanged (code 0)");
    if (end.startsWith("unchanged")) {
      for (String operation : List.of("stage", "apply", "confirm", "close")) {
        assertThat(of(operation, cluster)).as(operation).isEmpty();
      }
    }
    return this;
  }

  /** Insists that a cluster was left alone because of others. */
  PlayRun assertLeft(LabCluster cluster) {
    assertThat(text()).contains("cluster " + cluster.cluster() + ": untouched, code 3: Not begun");
    assertThat(code).as(output).isNotZero();
    return this;
  }

  /** When the first of these operations began on a cluster. */
  Instant began(String operation, LabCluster cluster) {
    return of(operation, cluster).map(Result::started).min(Instant::compareTo).orElseThrow();
  }

  /** When the last of these operations ended on a cluster. */
  Instant ended(String operation, LabCluster cluster) {
    return of(operation, cluster).map(Result::finished).max(Instant::compareTo).orElseThrow();
  }

  /** The results of an operation on a cluster. */
  Stream<Result> of(String operation, LabCluster cluster) {
    return of(operation).stream().filter(r -> r.cluster().equals(cluster.cluster()));
  }

  /** Codes of all findings of one cluster. */
  List<String> codes(LabCluster cluster) {
    return findings(cluster).map(Finding::code).toList();
  }

  /** All findings of one cluster. */
  Stream<Finding> findings(LabCluster cluster) {
    return results.stream()
        .filter(r -> r.cluster().equals(cluster.cluster()))
        .flatMap(r -> r.findings().stream());
  }

  /** Insists on a finding. */
  PlayRun assertFinding(String finding) {
    assertThat(codes()).as(output).contains(finding);
    return this;
  }
}
