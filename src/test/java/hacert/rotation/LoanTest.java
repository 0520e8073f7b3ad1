package hacert.rotation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import hacert.host.Command;
import hacert.host.Commands;
import hacert.host.HostException;
import hacert.host.MarkedProcesses;
import hacert.host.Snapshot;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LoanTest {
  private static final String BEFORE = "2026-11-01 00:00:00";
  private static final String MARKER = "loan-test." + ProcessHandle.current().pid();

  @TempDir Path base;
  private Path live;
  private Map<String, String> before;

  @BeforeEach
  void build() throws Exception {
    live = Files.createDirectories(base.resolve("live"));
    for (String name : List.of("root-ca.crt", "root-ca.pem", "server.pem")) {
      Path file = Files.writeString(live.resolve(name), "old " + name);
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
      Files.setLastModifiedTime(file, FileTime.from(Instant.parse("2026-01-02T03:04:05.678Z")));
    }
    Files.setLastModifiedTime(live, FileTime.from(Instant.parse("2026-01-02T03:04:06Z")));
    before = TestHost.tree(live);
  }

  private Loan loan() {
    return loan(base);
  }

  private static Loan loan(Path base) {
    return loan(base, BEFORE);
  }

  private static Loan loan(Path base, String start) {
    return new Loan(
        new StateDirectory(base.resolve("state")), new Loan.Service(() -> start, String::equals));
  }

  private static String output(Path live) {
    return live.resolve("root-ca.").toString();
  }

  private void assertAsBefore() throws Exception {
    assertThat(TestHost.tree(live)).isEqualTo(before);
    assertThat(loan().open()).isFalse();
    assertThat(base.resolve("state/loan")).doesNotExist();
  }

  /** What a vendor's script does: it writes its files, another one, and loosens modes. */
  private static void mess(Path live) {
    try {
      Files.writeString(live.resolve("root-ca.crt"), "new certificate");
      Files.delete(live.resolve("root-ca.pem"));
      Files.writeString(live.resolve("root-ca.srl"), "01");
      Files.setPosixFilePermissions(
          live.resolve("server.pem"), PosixFilePermissions.fromString("rw-rw-rw-"));
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Test
  void puts_the_directory_right_after_work_that_fails() throws Exception {
    assertThatThrownBy(
            () ->
                loan()
                    .during(
                        List.of(live),
                        output(live),
                        MARKER,
                        () -> {
                          mess(live);
                          throw new HostException("GENERATE_FAILED", "It failed.", "Look.");
                        }))
        .isInstanceOf(HostException.class)
        .hasMessage("It failed.");
    assertAsBefore();
    assertThatThrownBy(
            () ->
                loan()
                    .during(
                        List.of(live),
                        output(live),
                        MARKER,
                        () -> {
                          mess(live);
                          throw new IllegalArgumentException("a defect");
                        }))
        .hasMessage("a defect");
    assertAsBefore();
  }

  @Test
  void says_that_it_could_not_be_put_right_before_anything_else() throws Exception {
    HostException[] seen = new HostException[1];
    try {
      loan()
          .during(
              List.of(live),
              output(live),
              MARKER,
              () -> {
                mess(live);
                damageTheCopy();
                throw new HostException("GENERATE_FAILED", "It failed.", "Look.");
              });
    } catch (HostException e) {
      seen[0] = e;
    }
    assertThat(seen[0].code()).isEqualTo("BACKUP_DAMAGED");
    assertThat(seen[0].getSuppressed())
        .singleElement()
        .matches(e -> "It failed.".equals(e.getMessage()));
    assertThat(loan().open()).as("the record stays").isTrue();
  }

  private void damageTheCopy() {
    try {
      Path copy = base.resolve("state/loan/files" + live + "/root-ca.crt");
      Files.writeString(copy, "damaged");
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Test
  void hands_out_what_was_made_and_leaves_the_directory_as_it_was() throws Exception {
    String made =
        loan()
            .during(
                List.of(live),
                output(live),
                MARKER,
                () -> {
                  mess(live);
                  return "made";
                });
    assertThat(made).isEqualTo("made");
    assertAsBefore();
  }

  @Test
  void waits_for_the_script_of_a_killed_call_before_it_puts_anything_right() throws Exception {
    killed("after-one");
    Instant began = Instant.now();
    loan().settle();
    assertThat(Duration.between(began, Instant.now())).isGreaterThan(Duration.ofMillis(200));
    assertAsBefore();
  }

  @ParameterizedTest
  @ValueSource(strings = {"before", "after-one", "after-all", "while-restoring"})
  void is_put_right_by_a_later_call_after_a_kill_9(String moment) throws Exception {
    killed(moment);
    if (!moment.equals("before")) {
      assertThat(TestHost.tree(live)).isNotEqualTo(before);
    }
    assertThat(loan().open()).isTrue();
    loan().settle();
    assertAsBefore();
    loan().settle();
    assertAsBefore();
  }

  private HostException conflict(Loan loan) {
    HostException e = catchThrowableOfType(HostException.class, loan::settle);
    assertThat(e.code()).isEqualTo("LOAN_CONFLICT");
    assertThat(loan.finding()).isEqualTo(e.finding());
    assertThat(loan.open()).as("the record stays").isTrue();
    return e;
  }

  private static void type(String command) throws Exception {
    assertThat(new ProcessBuilder("sh", "-c", command).inheritIO().start().waitFor()).isZero();
  }

  private Path place() {
    return base.resolve("state/loan");
  }

  @Test
  void what_was_installed_since_is_not_undone_unasked_and_can_be_kept() throws Exception {
    killed("after-all");
    Files.writeString(live.resolve("server.pem"), "of the operator");
    Map<String, String> installed = TestHost.tree(live);
    HostException e = conflict(loan());
    assertThat(e.getMessage()).contains(live.resolve("server.pem") + ": content");
    assertThat(TestHost.tree(live)).isEqualTo(installed);
    String command = "mv '" + place() + "' '" + place() + "-set-aside'";
    assertThat(e.finding().remedy()).contains(command);
    type(command);
    loan().settle();
    assertThat(TestHost.tree(live)).isEqualTo(installed);
  }

  @Test
  void what_was_there_before_can_be_had_back_by_hand() throws Exception {
    Snapshot old = Snapshot.of(List.of(live), Snapshot.Limits.USUAL);
    killed("after-all");
    Files.writeString(live.resolve("server.pem"), "of the operator");
    Files.writeString(live.resolve("other.pem"), "of the operator");
    String command = "sh '" + place() + "/RESTORE.txt'";
    assertThat(conflict(loan(base, "2026-11-02 00:00:00")).finding().remedy()).contains(command);
    type(command);
    loan(base, "2026-11-02 00:00:00").settle();
    assertThat(GenerationStore.differences(old, Snapshot.of(List.of(live), Snapshot.Limits.USUAL)))
        .isEmpty();
    assertThat(loan().open()).isFalse();
  }

  @Test
  void a_service_that_was_started_since_may_have_loaded_what_lies_there() throws Exception {
    killed("after-all");
    assertThat(conflict(loan(base, "2026-11-02 00:00:00")).getMessage())
        .contains("runs since 2026-11-02 00:00:00", "ran since " + BEFORE);
    loan(base, "").settle();
    assertAsBefore();
  }

  @Test
  void a_call_killed_before_the_record_was_written_leaves_nothing_to_do() throws Exception {
    Path copies = Files.createDirectories(base.resolve("state/loan/files/live"));
    Files.writeString(copies.resolve("root-ca.crt"), "half a co");
    Files.writeString(base.resolve("state/loan/.hacert-0011223344556677.tmp"), "half a record");
    assertThat(loan().open()).isFalse();
    loan().settle();
    assertAsBefore();
  }

  /** Runs a Java that is killed at this moment, and whose script runs on for a while. */
  private void killed(String moment) throws Exception {
    List<String> argv =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Victim.class.getName(),
                base.toString(),
                live.toString(),
                moment));
    Process process = new ProcessBuilder(argv).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes());
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as("killed by signal 9: %s", said).isEqualTo(128 + 9);
  }

  /** The call that is killed. */
  static final class Victim {
    public static void main(String[] arguments) throws HostException {
      Path live = Path.of(arguments[1]);
      String self = Long.toString(ProcessHandle.current().pid());
      String script =
          switch (arguments[2]) {
            case "before" -> "kill -9 " + self;
            case "after-one" ->
                "echo new >root-ca.crt; kill -9 " + self + "; sleep 0.5; echo new >root-ca.pem";
            case "after-all" -> "echo new >root-ca.crt; echo new >root-ca.pem; kill -9 " + self;
            // The first file is put back, the rest is not.
            default ->
                "echo new >root-ca.pem; echo x >.hacert-0123456789abcdef.tmp;"
                    + " touch root-ca.crt server.pem; kill -9 "
                    + self;
          };
      loan(Path.of(arguments[0]))
          .during(
              List.of(live),
              output(live),
              MARKER_OF_TEST,
              () ->
                  Commands.system()
                      .run(
                          MarkedProcesses.mark(
                              Command.of(
                                      Map.of("PATH", "/usr/bin:/bin"), List.of("sh", "-c", script))
                                  .withDirectory(live),
                              MARKER_OF_TEST,
                              "sh")));
    }

    private static final String MARKER_OF_TEST = "loan-test.victim";
  }
}
