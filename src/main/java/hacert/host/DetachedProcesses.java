package hacert.host;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Attempts as sessions of their own under a wrapper in shell, which outlives this program. */
final class DetachedProcesses implements Detached {
  private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");
  private static final String WITHDRAWN = "withdrawn";

  // Arguments: directory of the attempt, umask, working directory, then the command. The claim
  // stands before everything that could have an effect. This program runs without cores; a service
  // that is started here has the limit of before. The command tells its own process, which keeps
  // its number and start when it becomes another program: who ends the wrapper does not end the
  // command. On a full disk the exit code waits for room.
  private static final String WRAPPER =
      """
      hacert_run=$1
      hacert_mask=$2
      hacert_home=$3
      shift 3
      read -r hacert_stat < /proc/$$/stat || exit 1
      read -r hacert_boot < /proc/sys/kernel/random/boot_id || exit 1
      umask 077
      printf '%s\\n%s\\n' "$hacert_stat" "$hacert_boot" > "$hacert_run/claim.$$" || exit 1
      ln "$hacert_run/claim.$$" "$hacert_run/claim" 2>/dev/null
      hacert_won=$?
      rm -f "$hacert_run/claim.$$"
      [ "$hacert_won" -eq 0 ] || exit 1
      if [ -n "$HACERT_CORE" ]; then
        ulimit -S -c "$HACERT_CORE"
        unset HACERT_CORE
      fi
      if cd "$hacert_home"; then
        ( { read -r hacert_stat < /proc/self/stat &&
            printf '%s\\n' "$hacert_stat" > "$hacert_run/command"; } 2>/dev/null
          [ -z "$hacert_mask" ] || umask "$hacert_mask"; exec "$@" )
        hacert_code=$?
      else
        hacert_code=126
      fi
      hacert_tries=0
      until printf '%s\\n' "$hacert_code" > "$hacert_run/exit.$$" &&
            mv -f "$hacert_run/exit.$$" "$hacert_run/exit"; do
        hacert_tries=$((hacert_tries + 1))
        [ "$hacert_tries" -lt 600 ] || exit 1
        sleep 1
      done
      """;

  private final Duration claimed;

  /**
   * @param claimed how long the wrapper may take until it has claimed
   */
  DetachedProcesses(Duration claimed) {
    this.claimed = claimed;
  }

  @Override
  public Attempt startOrAttach(Path directory, Command command) throws HostException {
    RunDirectory attempt = new RunDirectory(directory.toAbsolutePath());
    if (!(attempt.poll() instanceof Attempt.NotStarted)) {
      return attempt;
    }
    AtomicFiles.directories(attempt.directory, 0700);
    if (!Files.exists(attempt.file("intent"))) {
      AtomicFiles.write(
          attempt.file("intent"),
          (bootId() + "\n").getBytes(StandardCharsets.US_ASCII),
          FileMeta.mine(0600));
    }
    attempt.createOutput();
    List<String> argv =
        new ArrayList<>(
            List.of(
                Tools.setsid(),
                Tools.SHELL,
                "-c",
                WRAPPER,
                "hacert-wrapper",
                attempt.directory.toString(),
                command.umask(),
                command.directory().toString()));
    argv.addAll(command.argv());
    ProcessBuilder builder =
        Launch.builder(command.withDirectory(attempt.directory), Map.of(), argv)
            .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
            .redirectOutput(ProcessBuilder.Redirect.appendTo(attempt.file("output").toFile()))
            .redirectErrorStream(true);
    awaitClaim(attempt, Launch.start(builder, command), command);
    return attempt;
  }

  @Override
  public Attempt find(Path directory) {
    return new RunDirectory(directory.toAbsolutePath());
  }

  @Override
  public Attempt withdraw(Path directory) throws HostException {
    RunDirectory attempt = new RunDirectory(directory.toAbsolutePath());
    AtomicFiles.directories(attempt.directory, 0700);
    Path own = attempt.file("claim.withdrawn");
    AtomicFiles.write(
        own, (WITHDRAWN + "\n").getBytes(StandardCharsets.US_ASCII), FileMeta.mine(0600));
    try {
      Files.createLink(attempt.file("claim"), own);
      AtomicFiles.sync(attempt.directory);
    } catch (FileAlreadyExistsException e) {
      // Somebody was faster; poll says who.
    } catch (IOException e) {
      throw new HostException(
          "FILE_NOT_WRITTEN",
          attempt.file("claim") + " could not be linked: " + e,
          "See that its file system knows hard links and that this user may write to it.",
          e);
    } finally {
      AtomicFiles.remove(own);
    }
    return attempt;
  }

  /**
   * Waits until the wrapper has claimed or has ended, so that its caller sees it running. One that
   * comes later finds that it may not run: its caller may have gone another way by then.
   */
  private void awaitClaim(RunDirectory attempt, Process wrapper, Command command)
      throws HostException {
    long until = System.nanoTime() + claimed.toNanos();
    try {
      while (attempt.claim().isEmpty()) {
        if (wrapper.waitFor(5, TimeUnit.MILLISECONDS) && attempt.claim().isEmpty()) {
          throw new HostException(
              "COMMAND_NOT_STARTED",
              command.argv().get(0)
                  + " was not started: no claim could be made in "
                  + attempt.directory
                  + " "
                  + attempt.output(1000).strip(),
              "See that the disk is not full and that its file system knows hard links.");
        }
        if (System.nanoTime() - until > 0) {
          if (withdraw(attempt.directory).poll() instanceof Attempt.Withdrawn) {
            throw new HostException(
                "COMMAND_NOT_STARTED",
                command.argv().get(0)
                    + " was not started: this machine did not come to it within "
                    + claimed.toSeconds()
                    + " s. It will not be started later either.",
                "See what holds this machine up, a disk that does not answer say; then run the"
                    + " same command again.");
          }
          return;
        }
      }
    } catch (InterruptedException e) {
      throw HostException.interrupted(command.argv().get(0), e);
    }
  }

  private static String bootId() {
    try {
      return Files.readString(BOOT_ID).strip();
    } catch (IOException e) {
      return "";
    }
  }

  /** An attempt, as its directory tells it. */
  private static final class RunDirectory implements Attempt {
    private final Path directory;

    RunDirectory(Path directory) {
      this.directory = directory;
    }

    Path file(String name) {
      return directory.resolve(name);
    }

    void createOutput() throws HostException {
      if (!Files.exists(file("output"), LinkOption.NOFOLLOW_LINKS)) {
        AtomicFiles.write(file("output"), new byte[0], FileMeta.mine(0600));
      }
    }

    Optional<String> claim() throws HostException {
      return read("claim");
    }

    @Override
    public State poll() throws HostException {
      Optional<String> claim = claim();
      if (claim.isEmpty()) {
        // If the machine went down just after the start, the claim may not have reached the disk.
        return read("intent").filter(boot -> !boot.strip().equals(bootId())).isPresent()
            ? new Vanished()
            : new NotStarted();
      }
      if (claim.get().startsWith(WITHDRAWN)) {
        return new Withdrawn();
      }
      Optional<State> exited = exited();
      if (exited.isPresent()) {
        return exited.get();
      }
      String[] lines = claim.get().split("\n");
      if (lines.length > 1 && lines[1].equals(bootId())) {
        Optional<String> command = read("command");
        Optional<ProcessStat> running = running(command).or(() -> running(Optional.of(lines[0])));
        if (running.isPresent()) {
          return new Running(running.get().pid());
        }
      }
      // It may have ended between the two looks.
      return exited().orElse(new Vanished());
    }

    private static Optional<ProcessStat> running(Optional<String> stat) {
      return stat.flatMap(ProcessStat::parse).filter(ProcessStat::stillRunning);
    }

    private Optional<State> exited() throws HostException {
      try {
        return read("exit").map(code -> new Exited(Integer.parseInt(code.strip())));
      } catch (NumberFormatException e) {
        return Optional.of(new Vanished());
      }
    }

    private Optional<String> read(String name) throws HostException {
      try {
        return Optional.of(Files.readString(file(name), StandardCharsets.ISO_8859_1));
      } catch (NoSuchFileException e) {
        return Optional.empty();
      } catch (IOException e) {
        throw unreadable(name, e);
      }
    }

    @Override
    public String output(int bytes) throws HostException {
      try {
        long length = Files.exists(file("output")) ? Files.size(file("output")) : 0;
        return new String(output(Math.max(0, length - bytes), bytes), StandardCharsets.UTF_8);
      } catch (IOException e) {
        throw unreadable("output", e);
      }
    }

    @Override
    public byte[] output(long from, int bytes) throws HostException {
      if (!Files.exists(file("output"))) {
        return new byte[0];
      }
      try (InputStream file = Files.newInputStream(file("output"))) {
        file.skip(from);
        return file.readNBytes(bytes);
      } catch (IOException e) {
        throw unreadable("output", e);
      }
    }

    private HostException unreadable(String name, IOException cause) {
      return new HostException(
          "FILE_NOT_READABLE",
          file(name) + " could not be read: " + cause,
          "See that this user may read it.",
          cause);
    }
  }
}
