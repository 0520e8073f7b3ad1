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
  /** How long output is waited for after the command itself has ended. */
  private static final Duration GRACE = Duration.ofMillis(300);

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
      long until = System.nanoTime() + GRACE.toNanos();
      // A daemon that was left behind may hold the output open for ever.
      join(out, until);
      join(err, until);
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

  private static void join(Thread thread, long until) throws InterruptedException {
    thread.join(Math.max(1, TimeUnit.NANOSECONDS.toMillis(until - System.nanoTime())));
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
