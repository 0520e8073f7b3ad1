package hacert.fuzz;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** What {@code script/fuzz} begins with, and has found before, without the fuzzer. */
class KeptInputsTest {
  private static final Path TARGETS = Path.of("src/test/java");
  private static final Path INPUTS = Path.of("src/test/resources/hacert/fuzz");
  private static final String SUFFIX = "Fuzz.java";
  private static final Duration LONGEST = Duration.ofSeconds(20);

  /** Names of the targets, and of their classes. */
  private static Map<String, String> targets() throws IOException {
    Map<String, String> targets = new TreeMap<>();
    try (Stream<Path> files = Files.walk(TARGETS)) {
      files
          .filter(file -> file.toString().endsWith(SUFFIX))
          .forEach(
              file -> {
                String name = file.getFileName().toString();
                String path = TARGETS.relativize(file).toString();
                targets.put(
                    name.substring(0, name.length() - SUFFIX.length()),
                    path.substring(0, path.length() - ".java".length()).replace('/', '.'));
              });
    }
    return targets;
  }

  private static List<Path> inputs(String target) throws IOException {
    try (Stream<Path> files = Files.list(INPUTS.resolve(target))) {
      return files.sorted().toList();
    }
  }

  @Test
  void every_target_has_kept_inputs_and_every_input_its_target() throws IOException {
    for (String target : targets().keySet()) {
      assertThat(inputs(target)).as(target).isNotEmpty();
    }
    try (Stream<Path> directories = Files.list(INPUTS).filter(Files::isDirectory)) {
      assertThat(directories.map(d -> d.getFileName().toString())).isSubsetOf(targets().keySet());
    }
  }

  @TestFactory
  List<DynamicTest> answers_every_kept_input_as_it_declares() throws Exception {
    List<DynamicTest> tests = new ArrayList<>();
    for (Map.Entry<String, String> target : targets().entrySet()) {
      Method method =
          Class.forName(target.getValue()).getMethod("fuzzerTestOneInput", byte[].class);
      for (Path input : inputs(target.getKey())) {
        tests.add(
            DynamicTest.dynamicTest(
                target.getKey() + " " + input.getFileName(), () -> run(method, input)));
      }
      tests.add(
          DynamicTest.dynamicTest(target.getKey() + " empty", () -> call(method, new byte[0])));
    }
    return tests;
  }

  private static void run(Method method, Path input) throws IOException {
    byte[] bytes = Files.readAllBytes(input);
    assertTimeoutPreemptively(LONGEST, () -> call(method, bytes));
  }

  private static void call(Method method, byte[] input) throws Throwable {
    try {
      method.invoke(null, (Object) input);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }
}
