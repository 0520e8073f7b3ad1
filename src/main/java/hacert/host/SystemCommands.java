package hacert.host;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Commands as processes, each the leader of a session of its own so that it can be ended whole. */
final class SystemCommands implements Commands {
  /**
   * How long the end of the output is waited for after the command itself has ended: a daemon that
   * it left behind may hold the output open for ever.
   */
  private static final Duration GRACE = Duration.ofMillis(300);

  /** The same where it left nothing behind, so that all that is missing is time to read. */
  private static final Duration BUSY = Duration.ofSeconds(2);

  // Java cannot set a umask. The arguments stay arguments: nothing of them is read as shell.
  private static final String WRAPPER =
      "{ [ -z \"$1\" ] || umask \"$1\"; } && shift && exec \"$@\"";

  @Override
  public CommandResult run(Command command) throws HostException {
    List<String> argv =
        new ArrayList<>(List.of(Tools.setsid(), Tools.SHELL, "-c", WRAPPER, "sh", command.umask()));
    argv.addAll(command.argv());
    ProcessBuilder builder = Launch.builder(command, Map.of(), argv);
    boolean fed = command.stdin().length > 0;
    if (!fed) {
      builder.redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")));
    }
    long start = System.nanoTime();
    Process process = Launch.start(builder, command);
    BoundedText stdout = new BoundedText(command.outputLimit());
    BoundedText stderr = new BoundedText(command.outputLimit());
    Thread out = daemon("stdout", () -> drain(process.getInputStream(), stdout));
    Thread err = daemon("stderr", () -> drain(process.getErrorStream(), stderr));
    if (fed) {
      daemon("stdin", () -> feed(process.getOutputStream(), command.stdin()));
    }
    boolean ended = false;
    try {
      ended = process.waitFor(command.deadline().toNanos(), TimeUnit.NANOSECONDS);
      if (!ended) {
        new ProcessTree(process.pid()).end();
      }
      if (!read(out, err, GRACE) && nothingLeft(process.pid())) {
        read(out, err, BUSY);
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      throw HostException.interrupted(command.argv().get(0), e);
    }
    return new CommandResult(
        ended ? process.exitValue() : CommandResult.NONE,
        !ended,
        stdout.text(),
        stderr.text(),
        stdout.truncated() || stderr.truncated(),
        Duration.ofNanos(System.nanoTime() - start));
  }

  static Thread daemon(String name, Runnable work) {
    Thread thread = new Thread(work, "hacert-" + name);
    thread.setDaemon(true);
    thread.start();
    return thread;
  }

  /** Whether both have read to the end, within this time. */
  private static boolean read(Thread out, Thread err, Duration patience)
      throws InterruptedException {
    long until = System.nanoTime() + patience.toNanos();
    for (Thread thread : List.of(out, err)) {
      thread.join(Math.max(1, TimeUnit.NANOSECONDS.toMillis(until - System.nanoTime())));
    }
    return !out.isAlive() && !err.isAlive();
  }

  private static boolean nothingLeft(long session) {
    return ProcessStat.all().stream().noneMatch(p -> p.session() == session && p.running());
  }

  private static void drain(InputStream in, BoundedText text) {
    Utf8Stream decoder = new Utf8Stream(text);
    byte[] buffer = new byte[16384];
    try {
      int count;
      while ((count = in.read(buffer)) >= 0) {
        decoder.feed(buffer, count);
      }
    } catch (IOException e) {
      // The other end is gone: what was read so far is all there is.
    }
    decoder.end();
  }

  private static void feed(OutputStream out, byte[] bytes) {
    try (out) {
      out.write(bytes);
    } catch (IOException e) {
      // A command may end without reading its input; its exit code says whether that was well.
    }
  }
}
