package hacert.host;

import static org.assertj.core.api.Assertions.assertThat;

import hacert.host.OwnProcesses.Running;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OwnProcessesTest {
  private static final String PROGRAM = "hacert-own-processes-test";
  private static final String VARIABLE = "OWN_PROCESSES_TEST";

  @TempDir Path directory;
  private final List<Process> started = new ArrayList<>();

  private Process start(String... argv) throws Exception {
    // It waits for its input, so that it ends with this test whatever becomes of it.
    ProcessBuilder builder =
        new ProcessBuilder(argv).redirectOutput(ProcessBuilder.Redirect.DISCARD);
    builder.environment().put(VARIABLE, "a=b");
    Process process = builder.start();
    started.add(process);
    return process;
  }

  private Path script(String name) throws Exception {
    Path script = directory.resolve(name);
    Files.writeString(script, "#!/bin/sh\nread -r line\n");
    return Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwx------"));
  }

  @AfterEach
  void end() throws Exception {
    for (Process process : started) {
      process.destroyForcibly().waitFor();
    }
  }

  @Test
  void finds_no_process_that_has_ended_or_only_names_the_program() throws Exception {
    Path script = script(PROGRAM);
    Process ended = start(script.toString());
    ended.getOutputStream().close();
    ended.waitFor();
    Process other = start(script("other").toString(), script.toString(), PROGRAM);
    Await.until("the other runs", () -> !OwnProcesses.running("other", VARIABLE).isEmpty());
    assertThat(OwnProcesses.running(PROGRAM, VARIABLE)).isEmpty();
    assertThat(other.isAlive()).isTrue();
  }

  @Test
  void finds_a_script_and_its_arguments() throws Exception {
    Process process = start(script(PROGRAM).toString(), "-t", "cert", "a b", "");
    Await.until("it runs", () -> !OwnProcesses.running(PROGRAM, VARIABLE).isEmpty());
    Running running = OwnProcesses.running(PROGRAM, VARIABLE).get(0);
    assertThat(running.pid()).isEqualTo(process.pid());
    assertThat(running.arguments()).startsWith("-t", "cert", "a b");
    assertThat(running.value()).contains("a=b");
    assertThat(OwnProcesses.running(PROGRAM, "OWN_PROCESSES").get(0).value()).isEmpty();
  }

  @Test
  void finds_a_script_that_its_interpreter_was_called_with() throws Exception {
    start("/bin/sh", "-u", script(PROGRAM).toString(), "-t", "stop");
    Await.until("it runs", () -> !OwnProcesses.running(PROGRAM, VARIABLE).isEmpty());
    assertThat(OwnProcesses.running(PROGRAM, VARIABLE).get(0).arguments())
        .containsExactly("-t", "stop");
  }
}
