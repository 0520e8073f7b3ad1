package hacert.playbook;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** script/demo shows what it says, and leaves its labs only where it is asked to. */
@Tag("long")
class DemoIT {
  @Test
  void shows_a_rotation_of_both_systems_and_clears_up() {
    assertThat(run("script/demo")).contains("All nodes serve again what they served at the start.");
    assertThat(Lab.PROJECT.resolve("target/demo/mrs")).doesNotExist();
    assertThat(Lab.PROJECT.resolve("target/demo/opengauss")).doesNotExist();
  }

  @Test
  void leaves_its_labs_and_says_how_to_end_them() {
    String output = run("script/demo", "--keep");
    for (String name : List.of("mrs", "opengauss")) {
      String directory = "target/demo/" + name;
      assertThat(output).contains("src/lab/lab down --dir " + directory);
      assertThat(Lab.PROJECT.resolve(directory).resolve("lab.json")).exists();
      run("src/lab/lab", "down", "--dir", directory);
    }
  }

  private static String run(String... words) {
    return Command.ok(Lab.PROJECT, Command.PATIENCE, words);
  }
}
