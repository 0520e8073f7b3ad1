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
   * @param lost what could not be found again: generations, keys
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
      int lost) {
    boolean consistent() {
      return state.equals("new") || state.equals("old");
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

  private static String table(List<Case> all) {
    StringBuilder text = new StringBuilder("# Fault matrix\n\n" + counts(all) + "\n");
    Map<String, List<Case>> groups =
        all.stream()
            .collect(
                Collectors.groupingBy(
                    c -> c.system() + ": " + c.fault(), TreeMap::new, Collectors.toList()));
    groups.forEach(
        (name, cases) -> {
          text.append("\n## ").append(name).append("\n\n").append(counts(cases));
          text.append(
              "\n\n| during | at | the run ended | the same command again | all nodes | most");
          text.append(" restarts in a run |\n|---|---|---|---|---|---|\n");
          for (Case c : cases) {
            text.append(
                "| %s | %s | %s | %s | %s | %d |%n"
                    .formatted(
                        c.place(), c.effect(), c.first(), c.then(), c.state(), c.restarts()));
          }
        });
    return text.toString();
  }
}
