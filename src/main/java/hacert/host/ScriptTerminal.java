package hacert.host;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/** Pseudo-terminals by {@code script}, with no option newer than util-linux 2.23 (CentOS 7). */
final class ScriptTerminal implements Terminal {
  /**
   * How long a terminal has to be silent before a prompt is answered: the rest of a longer prompt
   * may follow, and a script may throw away what was typed before it switched its echo off.
   */
  private static final Duration SETTLE = Duration.ofMillis(100);

  /**
   * How long a prompt waits for that silence when something keeps printing, and for the rest where
   * it may be the beginning of another one.
   */
  private static final Duration PATIENCE = Duration.ofSeconds(1);

  /**
   * How long a script has to be silent at a prompt that has been answered before it counts as asked
   * again: a script that traces itself or logs shows the text too, and then ends or goes on.
   */
  private static final Duration SILENCE = Duration.ofSeconds(5);

  private static final int PREAMBLE = 4096;

  // script passes this to $SHELL, so that is a POSIX one until here, and the user's own again
  // after.
  // The only thing put into the text that eval reads is a number of our own counting.
  private static final String CONSTANT =
      """
      stty -echo icrnl || exit 125
      printf '\\n%s\\n' "$HACERT_MARK"
      set --
      hacert_n=0
      while [ "$hacert_n" -lt "$HACERT_ARGC" ]; do
        eval "set -- \\"\\$@\\" \\"\\$HACERT_ARG_$hacert_n\\""
        unset "HACERT_ARG_$hacert_n"
        hacert_n=$((hacert_n + 1))
      done
      [ -z "$HACERT_UMASK" ] || umask "$HACERT_UMASK"
      if [ -n "$HACERT_SHELL" ]; then SHELL=$HACERT_SHELL; else unset SHELL; fi
      unset hacert_n HACERT_MARK HACERT_ARGC HACERT_UMASK HACERT_SHELL
      exec "$@"
      """;

  private final Optional<String> program;

  /** With the program {@code script}, where it was found. */
  ScriptTerminal(Optional<String> program) {
    this.program = program;
  }

  @Override
  public TerminalResult run(Command command, List<Prompt> prompts) throws HostException {
    if (command.stdin().length > 0) {
      throw new IllegalArgumentException("the standard input of a terminal is the terminal");
    }
    String script = program.orElseThrow(() -> unavailable("the program script was not found"));
    byte[] random = new byte[16];
    new SecureRandom().nextBytes(random);
    String mark = "hacert-" + HexFormat.of().formatHex(random);
    ProcessBuilder builder =
        Launch.builder(
                command,
                environment(command, mark),
                List.of(Tools.setsid(), script, "-qefc", CONSTANT, "/dev/null"))
            .redirectErrorStream(true);
    long start = System.nanoTime();
    Process process = Launch.start(builder, command);
    Dialogue dialogue = new Dialogue(command, prompts, mark, process, start);
    try {
      return dialogue.run();
    } catch (InterruptedException e) {
      process.destroyForcibly();
      throw HostException.interrupted(command.argv().get(0), e);
    } finally {
      dialogue.scrubber.close();
    }
  }

  private static Map<String, String> environment(Command command, String mark) {
    Map<String, String> environment = new HashMap<>();
    List<String> argv = command.argv();
    for (int i = 0; i < argv.size(); i++) {
      environment.put("HACERT_ARG_" + i, argv.get(i));
    }
    environment.put("HACERT_ARGC", Integer.toString(argv.size()));
    environment.put("HACERT_MARK", mark);
    environment.put("HACERT_UMASK", command.umask());
    environment.put("HACERT_SHELL", command.environment().getOrDefault("SHELL", ""));
    environment.put("SHELL", Tools.SHELL);
    environment.put("TERM", "dumb");
    return environment;
  }

  private static HostException unavailable(String why) {
    return new HostException(
        "PTY_UNAVAILABLE",
        "No pseudo-terminal could be had on this host: " + why + ".",
        "Install the package util-linux (bsdutils on Debian), and see that /dev/pts is mounted"
            + " and that this user may open /dev/ptmx.");
  }

  /** One conversation. */
  private static final class Dialogue {
    private final Command command;
    private final List<Prompt> prompts;
    private final String mark;
    private final Process process;
    private final long start;
    private final boolean[] answered;
    private final BlockingQueue<byte[]> chunks = new ArrayBlockingQueue<>(64);
    private final StringBuilder preamble = new StringBuilder();
    private final BoundedText text;
    private final Scrubber scrubber;
    private final PromptMatcher matcher;
    private final Utf8Stream decoder;
    private boolean begun;

    Dialogue(Command command, List<Prompt> prompts, String mark, Process process, long start) {
      this.command = command;
      this.prompts = List.copyOf(prompts);
      this.mark = "\n" + mark + "\n";
      this.process = process;
      this.start = start;
      answered = new boolean[prompts.size()];
      text = new BoundedText(command.outputLimit());
      scrubber = new Scrubber(prompts.stream().map(Prompt::answer).toList(), text);
      matcher = new PromptMatcher(prompts.stream().map(Prompt::text).toList());
      decoder = new Utf8Stream(new CleanText(this::accept));
    }

    private void accept(char c) {
      if (begun) {
        scrubber.accept(c);
        matcher.accept(c);
      } else if (preamble.length() < PREAMBLE) {
        preamble.append(c);
        begun = c == '\n' && preamble.indexOf(mark) >= 0;
      }
    }

    TerminalResult run() throws HostException, InterruptedException {
      SystemCommands.daemon("terminal", this::read);
      long deadline = start + command.deadline().toNanos();
      long lastOutput = start;
      long found = 0;
      Optional<String> repeated = Optional.empty();
      boolean timedOut = false;
      while (true) {
        Optional<PromptMatcher.Match> match = matcher.find();
        long now = System.nanoTime();
        found = match.isEmpty() ? 0 : found == 0 ? now : found;
        Duration quiet = match.filter(matcher::mayGrow).isPresent() ? PATIENCE : SETTLE;
        long due = Math.min(lastOutput + quiet.toNanos(), found + PATIENCE.toNanos());
        if (match.isPresent() && (now - due >= 0 || matcher.full())) {
          String asked = prompts.get(match.get().prompt()).text();
          OptionalInt open = open(asked);
          if (open.isPresent()) {
            found = 0;
            // A script that traces itself has shown the text twice by now, and asks once.
            matcher.clear();
            answer(open.getAsInt());
            continue;
          }
          if (!matcher.waits(match.get()) || matcher.full()) {
            found = 0;
            matcher.consume(match.get());
            continue;
          }
          due = lastOutput + SILENCE.toNanos();
          if (now - due >= 0) {
            repeated = Optional.of(asked);
            break;
          }
        }
        if (now - deadline >= 0) {
          timedOut = true;
          break;
        }
        long until = match.isPresent() ? Math.min(due, deadline) : deadline;
        byte[] chunk = chunks.poll(Math.max(1, until - now), TimeUnit.NANOSECONDS);
        if (chunk != null && chunk.length == 0) {
          break;
        }
        if (chunk != null) {
          lastOutput = System.nanoTime();
          take(chunk);
        }
      }
      boolean hungUp = timedOut || repeated.isPresent();
      if (hungUp) {
        hangUp();
      } else {
        process.waitFor();
      }
      decoder.end();
      scrubber.close();
      if (!begun && !timedOut) {
        String why = preamble.toString().strip().lines().findFirst().orElse("script ended");
        throw unavailable(why + " (exit code " + process.exitValue() + ")");
      }
      return new TerminalResult(
          hungUp ? CommandResult.NONE : process.exitValue(),
          timedOut,
          repeated,
          unasked(),
          text.text(),
          text.truncated(),
          Duration.ofNanos(System.nanoTime() - start));
    }

    private void take(byte[] chunk) {
      decoder.feed(chunk, chunk.length);
      Arrays.fill(chunk, (byte) 0);
    }

    /** The first prompt of this text that was not answered yet. */
    private OptionalInt open(String asked) {
      return IntStream.range(0, answered.length)
          .filter(i -> !answered[i] && prompts.get(i).text().equals(asked))
          .findFirst();
    }

    private void answer(int prompt) {
      answered[prompt] = true;
      byte[] answer = prompts.get(prompt).answer();
      byte[] line = Arrays.copyOf(answer, answer.length + 1);
      // What the Enter key sends: who reads without the terminal's help waits for that.
      line[answer.length] = '\r';
      try {
        OutputStream out = process.getOutputStream();
        out.write(line);
        out.flush();
      } catch (IOException e) {
        // The script has ended since it asked; its exit code tells.
      } finally {
        Arrays.fill(line, (byte) 0);
      }
    }

    private void hangUp() throws InterruptedException {
      ProcessTree tree = new ProcessTree(process.pid());
      tree.endLeader();
      if (!tree.gone()) {
        tree.end();
      }
      // What was printed before is worth reading: it says why.
      byte[] chunk;
      while ((chunk = chunks.poll(100, TimeUnit.MILLISECONDS)) != null && chunk.length > 0) {
        take(chunk);
      }
    }

    private List<String> unasked() {
      List<String> texts = new ArrayList<>();
      for (int i = 0; i < answered.length; i++) {
        if (!answered[i]) {
          texts.add(prompts.get(i).text());
        }
      }
      return List.copyOf(texts);
    }

    private void read() {
      byte[] buffer = new byte[8192];
      InputStream in = process.getInputStream();
      try {
        int count;
        while ((count = in.read(buffer)) > 0) {
          chunks.put(Arrays.copyOf(buffer, count));
        }
      } catch (IOException e) {
        // Hung up.
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      } finally {
        Arrays.fill(buffer, (byte) 0);
      }
      try {
        chunks.put(new byte[0]);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
