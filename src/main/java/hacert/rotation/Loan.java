package hacert.rotation;

import com.fasterxml.jackson.core.JsonProcessingException;
import hacert.host.AtomicFiles;
import hacert.host.FileMeta;
import hacert.host.HostException;
import hacert.host.MarkedProcesses;
import hacert.host.Snapshot;
import hacert.host.Snapshot.Aspect;
import hacert.host.Snapshot.Difference;
import hacert.result.Finding;
import hacert.result.Json;
import hacert.result.Needed;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiPredicate;
import java.util.function.Supplier;

/**
 * Directories in use that a vendor's script may write into for a moment, and that are then again as
 * they were: content, owners, modes, times.
 *
 * <p>The record of it is written last before the script runs and removed last after all is put
 * right. So a call that is killed anywhere leaves either nothing to be done or a record with which
 * {@link #settle} does it, as every later call does before anything else. But between two calls lie
 * hours in which somebody else may have installed certificates there: such a call puts right what
 * the script is known to write, and where more has changed it leaves all to a person.
 */
final class Loan {
  private static final String SCHEMA = "hacert.loan/1";
  private static final String RECORD = "loan.json";
  private static final String BY_HAND = "RESTORE.txt";
  private static final int MOST_TOLD = 5;

  private static final List<String> HEAD =
      List.of(
          "# What lay there before the vendor's script was run for a new bundle.",
          "#",
          "# To have it back, in a login shell of the user who owns these files: run this file with",
          "# sh. What it replaces is not kept: copy what may be needed first.");

  private final Path place;
  private final Service service;

  /**
   * The service that uses the directories.
   *
   * @param start when it started; empty where that is not told
   * @param same whether two of these tell of one start
   */
  record Service(Supplier<String> start, BiPredicate<String, String> same) {}

  /**
   * What has to be put right.
   *
   * @param schema always {@link #SCHEMA}
   * @param marker marks the processes of the script, see {@link MarkedProcesses}
   * @param output how the paths begin that the script is known to write
   * @param start when the service had started then; empty where that was not told
   * @param before the directories as they were; the files lie beside this record
   */
  record Lent(String schema, String marker, String output, String start, Snapshot before) {
    /** Refuses one that lacks a part. */
    Lent {
      Needed.value("marker of a loan", marker);
      Needed.value("output of a loan", output);
      Needed.value("start of a loan", start);
      Needed.value("before of a loan", before);
    }
  }

  /** Runs the script, and takes what it has made. */
  @FunctionalInterface
  interface Work<T> {
    T run() throws HostException;
  }

  /**
   * @param state where the record is kept
   * @param service tells whether it was started since
   */
  Loan(StateDirectory state, Service service) {
    this.place = state.loan();
    this.service = service;
  }

  /** Whether directories wait to be put right. */
  boolean open() {
    return Files.exists(place.resolve(RECORD));
  }

  /** What is to be said where it is not put right now. */
  Finding finding() {
    try {
      return conflict(read()).map(HostException::finding).orElseGet(this::waits);
    } catch (HostException e) {
      return e.finding();
    }
  }

  private Finding waits() {
    return Finding.warning(
        "LOAN_OPEN",
        "A call was cut off while the vendor's script wrote into directories in use. Their files are"
            + " kept in "
            + place
            + ", and the next call that is no dry run puts them back before anything else.",
        "Run rotate-certs.yml again soon, before HA is restarted: it would load what lies there.");
  }

  /**
   * Lends the directories for the length of this work, and puts them right whatever becomes of it.
   *
   * @param output how the paths begin that the work is known to write
   * @throws HostException what the work throws, or that they could not be put right
   */
  <T> T during(List<Path> directories, String output, String marker, Work<T> work)
      throws HostException {
    settle();
    Snapshot before = Snapshot.of(directories, Snapshot.Limits.USUAL);
    before.copyTo(place);
    AtomicFiles.write(
        place.resolve(BY_HAND),
        RestoreText.of(HEAD, before, place, List.of()).getBytes(StandardCharsets.UTF_8),
        FileMeta.mine(0600));
    Lent lent = new Lent(SCHEMA, marker, output, service.start().get(), before);
    write(lent);
    T made;
    try {
      made = work.run();
    } catch (HostException | RuntimeException e) {
      putRight(lent, e);
      throw e;
    }
    putRight(lent);
    return made;
  }

  private void putRight(Lent lent, Exception why) throws HostException {
    try {
      putRight(lent);
    } catch (HostException e) {
      e.addSuppressed(why);
      throw e;
    }
  }

  /**
   * Puts right what an earlier call has left; nothing where nothing is left.
   *
   * @throws HostException {@code EARLIER_CALL_RUNS} if the script still runs; {@code LOAN_CONFLICT}
   *     if more has changed since; what {@link Snapshot#restore} throws. The record stays, and the
   *     next call tries again
   */
  void settle() throws HostException {
    if (open()) {
      Lent lent = read();
      MarkedProcesses.awaitEnd(lent.marker());
      Optional<HostException> conflict = conflict(lent);
      if (conflict.isPresent()) {
        throw conflict.get();
      }
      putRight(lent);
    }
    // Copies alone were not yet lent for, or are put back already.
    Trees.remove(place);
  }

  private void putRight(Lent lent) throws HostException {
    MarkedProcesses.awaitEnd(lent.marker());
    lent.before().restore(place);
    AtomicFiles.remove(place.resolve(RECORD));
    Trees.remove(place);
  }

  /** What putting it right would undo beside what the script has done. */
  private Optional<HostException> conflict(Lent lent) throws HostException {
    List<Difference> changed =
        GenerationStore.differences(lent.before(), lent.before().current().snapshot());
    List<String> since = new ArrayList<>();
    changed.stream()
        .filter(d -> !ofTheCall(d, lent))
        .limit(MOST_TOLD)
        .map(Difference::toString)
        .forEach(since::add);
    String start = changed.isEmpty() || lent.start().isEmpty() ? "" : service.start().get();
    if (!start.isEmpty() && !service.same().test(lent.start(), start)) {
      since.add("the service runs since " + start + ", and ran since " + lent.start());
    }
    return since.isEmpty() ? Optional.empty() : Optional.of(conflict(lent, since));
  }

  /** Written by the script, or by a call that was killed while it put things right. */
  private static boolean ofTheCall(Difference d, Lent lent) {
    boolean opened =
        d.aspect() == Aspect.MODE && lent.before().roots().stream().anyMatch(d.path()::equals);
    return opened
        || d.path().startsWith(lent.output())
        || AtomicFiles.unfinished(Path.of(d.path()));
  }

  private HostException conflict(Lent lent, List<String> since) {
    return new HostException(
        "LOAN_CONFLICT",
        "A call was cut off while the vendor's script wrote into directories in use, and more than"
            + " "
            + lent.output()
            + "* has changed there since: "
            + String.join("; ", since)
            + ". The files of before are kept in "
            + place
            + "; to put them back would undo that. Nothing was changed.",
        String.format(
            "Find out who changed it. To keep what lies there now: compare %2$s*, which the script"
                + " may have left, with what is installed; then mv '%1$s' '%1$s-set-aside'. To have"
                + " back what was there before: sh '%1$s/%3$s', and restart the service if it has"
                + " started since. Then run the same command again. What is set aside holds private"
                + " keys: remove it when nobody needs it.",
            place, lent.output(), BY_HAND));
  }

  private Lent read() throws HostException {
    Path record = place.resolve(RECORD);
    try {
      return Json.read(Files.readAllBytes(record), Lent.class);
    } catch (IOException e) {
      throw new HostException(
          "LOAN_UNREADABLE",
          record + " cannot be read: " + e.getMessage(),
          "Use the version of this program that wrote it; the files themselves lie below "
              + place
              + ".");
    }
  }

  private void write(Lent lent) throws HostException {
    try {
      AtomicFiles.write(
          place.resolve(RECORD), Json.mapper().writeValueAsBytes(lent), FileMeta.mine(0600));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a record is plain data", e);
    }
  }
}
