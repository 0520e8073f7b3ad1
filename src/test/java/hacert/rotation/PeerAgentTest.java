package hacert.rotation;

import static org.assertj.core.api.Assertions.assertThat;

import hacert.host.AtomicFiles;
import hacert.host.Command;
import hacert.host.CommandResult;
import hacert.host.Commands;
import hacert.host.HostException;
import hacert.host.PeerSession;
import hacert.host.Sha256;
import hacert.result.Finding;
import hacert.result.Json;
import hacert.result.Outcome;
import hacert.result.Result;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The other node asked over ssh, with a real shell and what its profile does. */
class PeerAgentTest {
  private static final byte[] JAR = {1, 2, 3};

  @TempDir Path base;
  private Path profile;
  private Path here = Path.of("/nowhere/java");
  private final List<Path> uploaded = new ArrayList<>();
  private byte[] arrives = JAR;
  private Duration patience = Duration.ofMinutes(1);

  /** A home, and a java that notes how it was called and answers as the jar would. */
  @BeforeEach
  void build() throws IOException {
    Files.createDirectories(base.resolve("home"));
    Files.createDirectories(base.resolve("tmp"));
    profile = Files.writeString(base.resolve("profile"), "");
    Path java = Files.createDirectories(base.resolve("bin")).resolve("java");
    Files.writeString(
        java,
        "#!/bin/sh\necho \"$*\" >"
            + base.resolve("argv")
            + "\n{ ulimit -c; env; } >"
            + base.resolve("around")
            + "\ncat >"
            + base.resolve("stdin")
            + "\ncat "
            + base.resolve("answer")
            + "\n");
    Files.setPosixFilePermissions(java, PosixFilePermissions.fromString("rwxr-xr-x"));
    Result answer =
        PeerAgent.unanswered(
            "test", request(false), Instant.now(), Finding.warning("ANSWERED", "by java", ""));
    Json.mapper().writeValue(base.resolve("answer").toFile(), answer);
  }

  private Request request(boolean check) {
    try {
      TwoHosts pair = new TwoHosts(Files.createTempDirectory(base, "pair"));
      pair.check = check;
      return pair.request("discover", pair.two, null, List.of(), null, List.of());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Result ask(boolean check) {
    PeerAgent agent = new PeerAgent(peer -> new Shell(), null, JAR, "test", here);
    return agent.ask(request(check), new Secrets(Map.of()));
  }

  @ParameterizedTest
  @CsvSource({
    "true,  ''",
    "false, ''",
    "true,  'Welcome to mgmt2'",
    "false, 'Welcome to mgmt2'",
    "true,  '/srv is 93 % full'",
    "false, '/srv is 93 % full'"
  })
  void what_a_profile_prints_is_no_part_of_an_answer(boolean check, String banner)
      throws IOException {
    Files.writeString(profile, banner.isEmpty() ? "" : "echo '" + banner + "'\n");
    Result result = ask(check);
    assertThat(result.findings()).extracting(Finding::code).containsExactly("ANSWERED");
    Path place = base.resolve(check ? "tmp" : "home/.hacert/lib");
    assertThat(uploaded).hasSize(1);
    assertThat(uploaded.get(0).toString()).startsWith(place + "/");
    assertThat(Files.readString(base.resolve("argv"))).contains("-jar " + uploaded.get(0));
    assertThat(Files.readString(base.resolve("stdin"))).startsWith("{\"schema\"");
    if (check) {
      assertThat(place).isEmptyDirectory();
    }
  }

  @Test
  void only_its_own_jar_and_class_archive_stay_there() throws IOException {
    Path lib = makeDirectory(base.resolve("home/.hacert/lib"));
    String own = "hacert-" + Sha256.of(JAR);
    for (String name : List.of("hacert-0a.jar", "hacert-0a-17-0b.jsa", own + "-17-0c.jsa")) {
      Files.writeString(lib.resolve(name), "");
    }
    ask(false);
    try (Stream<Path> left = Files.list(lib)) {
      assertThat(left.map(path -> path.getFileName().toString()))
          .containsExactlyInAnyOrder(own + ".jar", own + "-17-0c.jsa");
    }
  }

  private static Path makeDirectory(Path directory) {
    try {
      AtomicFiles.directories(directory, 0700);
      return directory;
    } catch (HostException e) {
      throw new AssertionError(e);
    }
  }

  @ParameterizedTest
  @CsvSource({
    ".hacert,     rwxrwx---, others than its owner",
    ".hacert/lib, rwx----w-, others than its owner",
    ".hacert,     rwxrwxrwx, others than its owner"
  })
  void a_state_directory_that_others_can_write_to_gets_no_file_and_is_not_run_from(
      String name, String bits, String why) throws IOException {
    makeDirectory(base.resolve("home/.hacert/lib"));
    Files.setPosixFilePermissions(
        base.resolve("home").resolve(name), PosixFilePermissions.fromString(bits));
    Result result = ask(false);
    assertThat(result.findings())
        .extracting(Finding::code)
        .containsExactly("STATE_DIRECTORY_UNSAFE");
    assertThat(result.findings().get(0).message())
        .contains(base.resolve("home").resolve(name) + " can be written to", why);
    assertThat(uploaded).isEmpty();
    assertThat(base.resolve("argv")).doesNotExist();
  }

  @Test
  void a_state_directory_may_be_an_own_link_to_nothing_less_than_an_own_directory()
      throws IOException {
    Path link = base.resolve("home/.hacert");
    Files.createSymbolicLink(link, makeDirectory(base.resolve("disk")));
    assertThat(ask(false).findings()).extracting(Finding::code).containsExactly("ANSWERED");
    Files.delete(link);
    Files.createSymbolicLink(link, base.resolve("nowhere"));
    assertThat(ask(false).findings().get(0).message()).contains(link + " is no directory");
  }

  @ParameterizedTest
  @CsvSource({"true", "false"})
  void a_shell_that_does_not_answer_gets_no_file(boolean check) throws IOException {
    Files.writeString(profile, "echo /srv/closed; echo closed >&2; exit 7\n");
    Result result = ask(check);
    assertThat(result.outcome()).isEqualTo(Outcome.FAILED);
    assertThat(result.findings()).extracting(Finding::code).containsExactly("EXECUTOR_NO_RESULT");
    assertThat(result.findings().get(0).message()).contains("code 7", "closed");
    assertThat(uploaded).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void nothing_of_the_profile_makes_the_other_node_s_java_write_its_memory(boolean check)
      throws IOException {
    Files.writeString(
        profile,
        """
        export JAVA_TOOL_OPTIONS=-XX:+HeapDumpOnOutOfMemoryError
        export _JAVA_OPTIONS=$JAVA_TOOL_OPTIONS JDK_JAVA_OPTIONS=$JAVA_TOOL_OPTIONS
        export CLASSPATH=/tmp
        ulimit -S -c "$(ulimit -H -c)"
        """);
    assertThat(ask(check).findings()).extracting(Finding::code).containsExactly("ANSWERED");
    assertThat(Files.readString(base.resolve("argv")))
        .contains(
            "-XX:-HeapDumpOnOutOfMemoryError",
            "-XX:+SuppressFatalErrorMessage",
            "-XX:-CreateCoredumpOnCrash",
            "-XX:+DisableAttachMechanism",
            "-Xlog:disable");
    assertThat(Files.readString(base.resolve("around")))
        .startsWith("0\n")
        .doesNotContain("JAVA", "CLASSPATH");
  }

  @Test
  void a_jar_that_was_altered_since_is_put_there_anew_and_not_run() throws IOException {
    PeerAgent agent = new PeerAgent(peer -> new Shell(), null, JAR, "test", here);
    agent.ask(request(false), new Secrets(Map.of()));
    Path jar = uploaded.get(0);
    Files.write(jar, new byte[] {4}, StandardOpenOption.APPEND);
    Files.delete(base.resolve("argv"));
    Result result = agent.ask(request(false), new Secrets(Map.of()));
    assertThat(result.findings()).extracting(Finding::code).containsExactly("ANSWERED");
    assertThat(uploaded).containsExactly(jar, jar);
    assertThat(jar).hasBinaryContent(JAR);
    assertThat(base.resolve("argv")).exists();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void a_jar_that_does_not_arrive_as_it_was_sent_is_not_run(boolean check) throws IOException {
    arrives = new byte[] {1, 2};
    Result result = ask(check);
    assertThat(result.findings())
        .extracting(Finding::code)
        .containsExactly("EXECUTOR_NOT_INSTALLED");
    assertThat(base.resolve("argv")).doesNotExist();
  }

  @Test
  void the_java_that_runs_here_is_taken_there_too_before_one_on_the_path() throws IOException {
    here = Files.move(base.resolve("bin/java"), base.resolve("java 17"));
    Path old = Files.writeString(base.resolve("bin/java"), "#!/bin/sh\nexit 1\n");
    Files.setPosixFilePermissions(old, PosixFilePermissions.fromString("rwxr-xr-x"));
    assertThat(ask(false).findings()).extracting(Finding::code).containsExactly("ANSWERED");
  }

  @Test
  void a_java_that_does_not_answer_is_named() throws IOException {
    Files.delete(base.resolve("bin/java"));
    assertThat(ask(false).findings().get(0).remedy()).contains("java -version");
  }

  @Test
  void a_call_that_goes_on_there_is_not_taken_for_a_java_that_is_missing() throws IOException {
    Files.writeString(base.resolve("bin/java"), "#!/bin/sh\nexec sleep 60\n");
    patience = Duration.ofSeconds(1);
    Finding found = ask(false).findings().get(0);
    assertThat(found.code()).isEqualTo("EXECUTOR_NO_RESULT");
    assertThat(found.message()).contains("discover", "goes on there");
    assertThat(found.remedy()).contains("same command").doesNotContain("java");
  }

  /** The other node's disk is this machine's; its shell reads the profile as one of sshd does. */
  private final class Shell implements PeerSession {
    @Override
    public void check() {}

    @Override
    public void upload(byte[] content, String remotePath, int mode) {
      Path path = Path.of(remotePath);
      uploaded.add(path);
      // A place made of a banner would lie anywhere.
      assertThat(path).startsWithRaw(base);
      try {
        makeDirectory(path.getParent());
        Files.write(path, arrives);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public Optional<String> sha256(String remotePath) {
      return Optional.empty();
    }

    @Override
    public void remove(String remotePath) {
      throw new UnsupportedOperationException();
    }

    @Override
    public CommandResult exec(String constantCommand, byte[] stdin, Duration deadline)
        throws HostException {
      Map<String, String> environment =
          Map.of(
              "HOME",
              base.resolve("home").toString(),
              "PATH",
              base.resolve("bin") + ":/usr/bin:/bin",
              "TMPDIR",
              base.resolve("tmp").toString(),
              "BASH_ENV",
              profile.toString());
      Command command =
          Command.of(environment, List.of("bash", "-c", constantCommand)).withStdin(stdin);
      boolean call = constantCommand.endsWith(" execute");
      return Commands.system().run(call ? command.withDeadline(patience) : command);
    }

    @Override
    public void close() {}
  }
}
