package hacert.rotation;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import hacert.result.Finding;
import hacert.result.Json;
import hacert.result.Result;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Calls a host in a Java VM of its own under strace, which tells what the call did to files, or
 * harms it at one of these effects: a real signal, or a real error of the system call.
 */
final class TracedCall implements Agent {
  private final ReadyClasses classes;
  private final Path pair;
  private final TestHost host;
  private final String harm;
  private List<Effect> effects = List.of();
  private Optional<Effect> harmed = Optional.empty();
  private boolean touchesInstalled;

  private TracedCall(ReadyClasses classes, Path pair, TestHost host, String harm) {
    this.classes = classes;
    this.pair = pair;
    this.host = host;
    this.harm = harm;
  }

  /** Only lists what is done. */
  static TracedCall listing(ReadyClasses classes, Path pair, TestHost host) {
    return new TracedCall(classes, pair, host, "");
  }

  /** Is killed by SIGKILL just before the effect. */
  static TracedCall killed(ReadyClasses classes, Path pair, TestHost host, Effect before) {
    String harm = "inject=%s:signal=SIGKILL:when=%d".formatted(before.call(), before.number());
    return new TracedCall(classes, pair, host, harm);
  }

  /**
   * Gets an error in place of the effect, once.
   *
   * @param error as in {@code errno.h}, such as {@code ENOSPC}
   */
  static TracedCall failing(
      ReadyClasses classes, Path pair, TestHost host, Effect at, String error) {
    String harm = "inject=%s:error=%s:when=%d".formatted(at.call(), error, at.number());
    return new TracedCall(classes, pair, host, harm);
  }

  /** What the last call did to files of the host, in order. */
  List<Effect> effects() {
    return effects;
  }

  /** Where the harm was done; empty if it was not. */
  Optional<Effect> harmed() {
    return harmed;
  }

  /**
   * Whether what is installed is another than before: by whatever it started, which is not traced.
   */
  boolean touchesInstalled() {
    return touchesInstalled;
  }

  @Override
  public Result ask(Request request, Secrets secrets) {
    try {
      Path trace = Files.createTempFile("trace", ".txt");
      try {
        Map<String, String> before = host.installed();
        Optional<Result> result = call(request, secrets, trace);
        touchesInstalled = !host.installed().equals(before);
        List<String> lines = Files.readAllLines(trace, StandardCharsets.ISO_8859_1);
        boolean hit = result.isEmpty() || lines.stream().anyMatch(l -> l.contains(Effect.INJECTED));
        effects = Effect.of(lines, host.here);
        harmed = hit ? Effect.harmed(lines, host.here) : Optional.empty();
        return result.orElseGet(() -> none(request));
      } finally {
        Files.delete(trace);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Answers nothing where the call was killed. */
  private Optional<Result> call(Request request, Secrets secrets, Path trace) throws IOException {
    // What it starts is left alone: strace counts in each process, and the harm is meant for one.
    List<String> argv =
        new ArrayList<>(List.of("strace", "-f", "-b", "execve", "-qq", "-y", "-s", "1"));
    argv.addAll(
        List.of(
            "-e",
            "signal=none",
            "-e",
            "trace=" + String.join(",", Effect.ALL),
            "-o",
            trace.toString()));
    if (!harm.isEmpty()) {
      argv.addAll(List.of("-e", harm));
    }
    argv.addAll(classes.command(pair, host));
    Process process =
        new ProcessBuilder(argv).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    try (OutputStream stdin = process.getOutputStream()) {
      stdin.write(OneCall.input(request, secrets));
    }
    String answer = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    try {
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("strace ends").isTrue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return answer.isBlank() ? Optional.empty() : Optional.of(parse(answer));
  }

  private static Result parse(String answer) throws JsonProcessingException {
    return Json.mapper().readValue(answer, Result.class);
  }

  /** What whoever asks makes of a call without a result. */
  private static Result none(Request request) {
    return PeerAgent.unanswered(
        "test",
        request,
        Instant.now(),
        Finding.error("EXECUTOR_NO_RESULT", "The call ended without a result.", "Look."));
  }
}
