package hacert.faults;

import com.fasterxml.jackson.core.type.TypeReference;
import hacert.result.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What became of a system after each fault that was tried. Each part of the matrix writes a file of
 * its own below {@code target/fault-matrix}; the last one to end writes all of them together.
 */
public final class FaultMatrix {
  private static final Path PARTS = Path.of("target", "fault-matrix");

  private final String part;
  private final List<Case> cases = new ArrayList<>();

  /**
   * One fault, and what came of it.
   *
   * @param system kind of system, as in {@code hacert_target}
   * @param fault what was done to it
   * @param place during which call, on which node
   * @param effect at which effect or step of that call
   * @param first how the run ended that was hit
   * @param then how the same command ended when given again
   * @param state {@code new} or {@code old}: what all nodes had then; anything else is a failure
   * @param restarts the most restarts that a node had in one of the runs
   * @param open on how many nodes the journal was open then
   * @param lost on all nodes together: keys and generations of before that could not be found again
   */
  public record Case(
      String system,
      String fault,
      String place,
      String effect,
      String first,
      String then,
      String state,
      int restarts,
      int open,
      int lost) {
    private boolean whole() {
      return state.equals("new") || state.equals("old");
    }

    boolean consistent() {
      return whole() && open == 0;
    }

    private String end() {
      return then + ", " + (whole() ? "all " : "") + state;
    }
  }

  /**
   * @param part name of the file
   */
  public FaultMatrix(String part) {
    this.part = part;
  }

  /** Keeps a case. */
  public synchronized void add(Case one) {
    cases.add(one);
  }

  /** Writes this part, and the table of all parts that are there. */
  public synchronized void write() throws IOException {
    Files.createDirectories(PARTS);
    Files.write(
        PARTS.resolve(part + ".json"),
        Json.mapper().writerWithDefaultPrettyPrinter().writeValueAsBytes(cases));
    List<Case> all = new ArrayList<>();
    try (Stream<Path> files = Files.list(PARTS)) {
      for (Path file : files.sorted().toList()) {
        all.addAll(Json.mapper().readValue(Files.readAllBytes(file), new TypeReference<>() {}));
      }
    }
    Files.write(
        Path.of("target", "fault-matrix.json"),
        Json.mapper().writerWithDefaultPrettyPrinter().writeValueAsBytes(all));
    Files.writeString(Path.of("target", "fault-matrix.md"), table(all));
    System.out.println("fault matrix, " + part + ": " + counts(cases));
  }

  private static String counts(List<Case> cases) {
    return "%d cases, %d consistent, %d lost"
        .formatted(
            cases.size(),
            cases.stream().filter(Case::consistent).count(),
            cases.stream().mapToInt(Case::lost).sum());
  }

  /** A summary, a row a part; then each case. */
  static String table(List<Case> all) {
    StringBuilder text = new StringBuilder("# Fault matrix\n\n" + counts(all) + "\n\n");
    Map<String, List<Case>> parts = grouped(all, c -> c.system() + ": " + c.fault());
    text.append("| part | cases | the run that was hit | the same command again |\n");
    text.append("|---|---|---|---|\n");
    parts.forEach(
        (name, cases) ->
            text.append(
                "| %s | %d | %s | %s |\n"
                    .formatted(
                        name,
                        cases.size(),
                        outcomes(cases, Case::first),
                        outcomes(cases, Case::end))));
    parts.forEach(
        (name, cases) -> {
          text.append("\n## ").append(name).append("\n\n").append(counts(cases));
          text.append("\n\n| during | at | the run ended | the same command again | all nodes |");
          text.append(
              " most restarts in a run | open | lost |\n|---|---|---|---|---|---|---|---|\n");
          for (Case c : cases) {
            text.append(
                "| %s | %s | %s | %s | %s | %d | %d | %d |\n"
                    .formatted(
                        c.place(),
                        c.effect(),
                        c.first(),
                        c.then(),
                        c.state(),
                        c.restarts(),
                        c.open(),
                        c.lost()));
          }
        });
    return text.toString();
  }

  /** Each outcome with the number of its cases, as {@code 142 done (code 0)}. */
  private static String outcomes(List<Case> cases, Function<Case, String> outcome) {
    return grouped(cases, outcome).entrySet().stream()
        .map(same -> same.getValue().size() + " " + same.getKey())
        .collect(Collectors.joining("; "));
  }

  private static TreeMap<String, List<Case>> grouped(
      List<Case> cases, Function<Case, String> name) {
    return cases.stream().collect(Collectors.groupingBy(name, TreeMap::new, Collectors.toList()));
  }
}
