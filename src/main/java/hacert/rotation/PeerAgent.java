package hacert.rotation;

import com.fasterxml.jackson.core.JsonProcessingException;
import hacert.host.CleanText;
import hacert.host.CommandResult;
import hacert.host.HostException;
import hacert.host.OwnDirectory;
import hacert.host.Peer;
import hacert.host.PeerSession;
import hacert.host.Peers;
import hacert.host.Sha256;
import hacert.result.Exit;
import hacert.result.Finding;
import hacert.result.Json;
import hacert.result.Outcome;
import hacert.result.Result;
import hacert.result.Timings;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * Asks another node over ssh: puts this program's own jar there, by its hash, and runs it. The
 * remote commands are constants; what differs from call to call are the first lines of their
 * standard input: a mark, the jar's path and its hash, and the path of the Java which runs here: it
 * is known to be new enough, while one on PATH may be the product's own old one. Only what stands
 * after the mark is the answer: before it a profile may print what it likes.
 */
public final class PeerAgent implements Agent {
  private static final String MARKED = "IFS= read -r mark; ";
  private static final String TELL = "printf '\\n%s\\n' \"$mark\"; ";
  private static final String HOME = MARKED + TELL + "printf '%s\\n' \"$HOME\"";
  private static final String TEMPORARY = MARKED + "umask 077; " + TELL + "mktemp -d";
  private static final String REMOVE =
      "IFS= read -r jar; rm -f \"$jar\"; rmdir \"$(dirname \"$jar\")\"";

  /** A person calls {@code hacert-*.jar}, so there is but one. */
  private static final String REMOVE_OTHERS =
      "IFS= read -r jar; "
          + "for file in \"${jar%/*}\"/hacert-*.jar \"${jar%/*}\"/hacert-*.jsa; do"
          + " case $file in \"${jar%.jar}\"*) ;; *) rm -f \"$file\" ;; esac; done;"
          // Of uploads that were cut off.
          + " rm -rf \"${jar%/*}\"/.hacert-*.tmp";

  /** As {@code plugins/action/hacert.sh} does it: says what is wrong with a state directory. */
  private static final String UNSAFE =
      MARKED
          + "IFS= read -r dir; "
          + TELL
          + "me=$(id -u); for place in \"$dir\" \"$dir/lib\"; do if [ -d \"$place\" ]; then"
          + " link=$(stat -c %u \"$place\"); owner=$(stat -L -c %u \"$place\"); mode=$(stat -L -c"
          + " %a \"$place\"); if [ \"$owner\" != \"$me\" ]; then echo \"$place belongs to user"
          + " $owner, and this is user $me\"; elif [ -L \"$place\" ] && [ \"$link\" != \"$me\" ] &&"
          + " [ \"$link\" != 0 ]; then echo \"$place is a link that belongs to user $link, and this"
          + " is user $me\"; fi; case $mode in *[2367]? | *[2367] | '') echo \"$place can be"
          + " written to by others than its owner (mode $mode)\" ;; esac; elif [ -e \"$place\" ] ||"
          + " [ -L \"$place\" ]; then echo \"$place is no directory\"; fi; done";

  /** As {@code plugins/action/hacert.sh} does it. */
  private static final String EXECUTE =
      MARKED
          + "umask 077; HACERT_CORE=$(ulimit -S -c); export HACERT_CORE; ulimit -S -c 0;"
          + " unset JAVA_TOOL_OPTIONS _JAVA_OPTIONS JDK_JAVA_OPTIONS CLASSPATH;"
          + " IFS= read -r jar; IFS= read -r sum; IFS= read -r java; "
          + TELL
          + "if [ \"$(sha256sum <\"$jar\")\" != \"$sum  -\" ]; then"
          + " cat >/dev/null; echo altered; exit; fi; "
          + "[ -x \"$java\" ] || java=java; "
          + "exec \"$java\" -Xlog:disable -Xlog:all=error:stderr -Xmx256m"
          + " -XX:+UseSerialGC -XX:-UsePerfData -XX:+DisableAttachMechanism"
          + " -XX:-MaxFDLimit"
          + " -XX:-HeapDumpOnOutOfMemoryError -XX:+SuppressFatalErrorMessage"
          + " -XX:-CreateCoredumpOnCrash"
          + " -Duser.home=\"$HOME\" -jar \"$jar\" execute";

  private static final String ALTERED = "altered\n";
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final Duration SHORT = Duration.ofSeconds(30);

  /** Longer than any deadline inside an operation. */
  private static final Duration LONG = Duration.ofMinutes(40);

  private final Peers peers;
  private final Peer peer;
  private final byte[] jar;
  private final String hash;
  private final String version;
  private final Path java;

  /** The jar on the other node, once it was put there: each call verifies it before it runs. */
  private String installed;

  /**
   * @param jar content of this program's jar
   * @param version version of this program
   * @param java the Java that runs this program; the other node's own is used where it has none at
   *     this place
   */
  public PeerAgent(Peers peers, Peer peer, byte[] jar, String version, Path java) {
    this.peers = peers;
    this.peer = peer;
    this.jar = jar.clone();
    this.hash = Sha256.of(jar);
    this.version = version;
    this.java = java;
  }

  @Override
  public Result ask(Request request, Secrets secrets) {
    Instant started = Instant.now();
    try (PeerSession session = peers.open(peer)) {
      String path =
          request.check() ? visit(session) : install(session, request.settings().stateDir());
      try {
        Optional<Result> result = execute(session, path, request, secrets);
        if (result.isEmpty()) {
          session.upload(jar, path, 0600);
          result = execute(session, path, request, secrets);
        }
        return result.orElseThrow(() -> altered(path));
      } finally {
        if (request.check()) {
          session.exec(REMOVE, (path + "\n").getBytes(StandardCharsets.UTF_8), SHORT);
        }
      }
    } catch (HostException e) {
      return unanswered(version, request, started, e.finding());
    } catch (IOException e) {
      return unanswered(version, request, started, noResult().finding());
    }
  }

  /** Empty if the jar there is not this one, and was not run. */
  private Optional<Result> execute(
      PeerSession session, String path, Request request, Secrets secrets)
      throws HostException, IOException {
    String mark = mark();
    String first = mark + "\n" + path + "\n" + hash + "\n" + java + "\n";
    byte[] stdin = stdin(first, request, secrets);
    try {
      CommandResult called = session.exec(EXECUTE, stdin, LONG);
      if (called.timedOut()) {
        throw unended(request);
      }
      String answer = after(mark, called).orElseThrow(PeerAgent::noResult);
      return answer.equals(ALTERED)
          ? Optional.empty()
          : Optional.of(Json.read(answer.getBytes(StandardCharsets.UTF_8), Result.class));
    } finally {
      Arrays.fill(stdin, (byte) 0);
    }
  }

  private static HostException altered(String path) {
    return new HostException(
        "EXECUTOR_NOT_INSTALLED",
        path + " on the other node is not what was just put there. It was not run.",
        "Find out who writes to its directory, and whether the disk is full; sha256sum is needed on"
            + " PATH.");
  }

  private static HostException unended(Request request) {
    return new HostException(
        "EXECUTOR_NO_RESULT",
        request.operation()
            + " on the other node has not ended within "
            + LONG.toMinutes()
            + " min. It was not ended, and goes on there.",
        "See what it does there, then run the same command again: it waits for what still runs.");
  }

  private static HostException noResult() {
    return new HostException(
        "EXECUTOR_NO_RESULT",
        "The program on the other node answered with no result.",
        "Log in there and run java -version: Java 17 is needed on PATH, or where it is here.");
  }

  /** A dry run leaves nothing behind: the jar lies in a directory of its own, and goes with it. */
  private String visit(PeerSession session) throws HostException {
    String path = directory(session, TEMPORARY) + "/hacert.jar";
    session.upload(jar, path, 0600);
    return path;
  }

  /** The directory that a command names; nothing is written by what only looks like one. */
  private static String directory(PeerSession session, String command) throws HostException {
    String mark = mark();
    CommandResult result =
        session.exec(command, (mark + "\n").getBytes(StandardCharsets.UTF_8), SHORT);
    return after(mark, result)
        .flatMap(answer -> answer.lines().findFirst())
        .filter(line -> line.startsWith("/"))
        .orElseThrow(
            () ->
                new HostException(
                    "EXECUTOR_NO_RESULT",
                    "The shell of the other node did not name a directory, and ended with code "
                        + result.exitCode()
                        + ": "
                        + CleanText.of(result.stderr()).strip(),
                    "Log in there with a command, as `ssh HOST 'echo $HOME; mktemp -d'`: see that"
                        + " no profile ends the shell or reads its input, and that there is"
                        + " room."));
  }

  private static String mark() {
    byte[] random = new byte[16];
    RANDOM.nextBytes(random);
    return "hacert-" + HexFormat.of().formatHex(random);
  }

  private static Optional<String> after(String mark, CommandResult result) {
    String line = "\n" + mark + "\n";
    int start = result.stdout().indexOf(line);
    return start < 0
        ? Optional.empty()
        : Optional.of(result.stdout().substring(start + line.length()));
  }

  private String install(PeerSession session, String stateDir) throws HostException {
    if (installed != null) {
      return installed;
    }
    String home = directory(session, HOME);
    String base = stateDir.startsWith("/") ? stateDir : home + "/" + stateDir;
    String path = base + "/lib/hacert-" + hash + ".jar";
    checkState(session, base);
    if (!session.sha256(path).equals(Optional.of(hash))) {
      session.upload(jar, path, 0600);
      // Someone else may have made it since it was looked at.
      checkState(session, base);
    }
    session.exec(REMOVE_OTHERS, (path + "\n").getBytes(StandardCharsets.UTF_8), SHORT);
    installed = path;
    return path;
  }

  private static void checkState(PeerSession session, String directory) throws HostException {
    String mark = mark();
    byte[] stdin = (mark + "\n" + directory + "\n").getBytes(StandardCharsets.UTF_8);
    String wrong =
        after(mark, session.exec(UNSAFE, stdin, SHORT)).orElseThrow(PeerAgent::noResult).strip();
    if (!wrong.isEmpty()) {
      throw OwnDirectory.unsafe(CleanText.of(wrong.lines().findFirst().orElseThrow()));
    }
  }

  private static byte[] stdin(String lines, Request request, Secrets secrets)
      throws JsonProcessingException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(lines.getBytes(StandardCharsets.UTF_8));
    out.writeBytes(Json.mapper().writeValueAsBytes(request));
    secrets.frame(request.secrets(), out);
    return out.toByteArray();
  }

  /** What is made of a call that gave no result. */
  static Result unanswered(String version, Request request, Instant started, Finding finding) {
    return new Result(
        Result.SCHEMA,
        version,
        request.operation(),
        request.cluster(),
        request.target(),
        request.profile(),
        request.node().name(),
        request.plan() == null ? null : request.plan().rotation(),
        request.check(),
        Outcome.FAILED,
        Exit.NEEDS_PERSON.code(),
        started,
        Instant.now(),
        request.change(),
        List.of(finding),
        List.of(),
        List.of(),
        List.of(),
        Timings.NONE,
        null);
  }
}
