package hacert.rotation;

import com.fasterxml.jackson.core.JsonProcessingException;
import hacert.host.AtomicFiles;
import hacert.host.FileMeta;
import hacert.host.HostException;
import hacert.host.MarkedProcesses;
import hacert.host.Snapshot;
import hacert.result.Finding;
import hacert.result.Json;
import hacert.result.Needed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;

/**
 * Directories in use that a vendor's script may write into for a moment, and that are then again as
 * they were: content, owners, modes, times.
 *
 * <p>The record of it is written last before the script runs and removed last after all is put
 * right. So a call that is killed anywhere leaves either nothing to be done or a record with which
 * {@link #settle} does it, as every later call does before anything else.
 */
final class Loan {
  private static final String SCHEMA = "hacert.loan/1";
  private static final String RECORD = "loan.json";

  private final Path place;
  private final Clock clock;

  /**
   * What has to be put right.
   *
   * @param schema always {@link #SCHEMA}
   * @param marker marks the processes of the script, see {@link MarkedProcesses}
   * @param before the directories as they were; the files lie beside this record
   */
  record Lent(String schema, String marker, Snapshot before) {
    /** Refuses one that lacks a part. */
    Lent {
      Needed.value("marker of a loan", marker);
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
   * @param clock tells how long a script of a killed call is waited for
   */
  Loan(StateDirectory state, Clock clock) {
    this.place = state.loan();
    this.clock = clock;
  }

  /** Whether directories wait to be put right. */
  boolean open() {
    return Files.exists(place.resolve(RECORD));
  }

  /** What is to be said where it cannot be put right now. */
  Finding finding() {
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
   * @throws HostException what the work throws, or that they could not be put right
   */
  <T> T during(List<Path> directories, String marker, Work<T> work) throws HostException {
    settle();
    Snapshot before = Snapshot.of(directories, Snapshot.Limits.USUAL);
    before.copyTo(place);
    write(new Lent(SCHEMA, marker, before));
    T made;
    try {
      made = work.run();
    } catch (HostException | RuntimeException e) {
      settle(e);
      throw e;
    }
    settle();
    return made;
  }

  private void settle(Exception why) throws HostException {
    try {
      settle();
    } catch (HostException e) {
      e.addSuppressed(why);
      throw e;
    }
  }

  /**
   * Puts right what a call has left; nothing where nothing is left.
   *
   * @throws HostException {@code EARLIER_CALL_RUNS} if the script still runs; what {@link
   *     Snapshot#restore} throws. The record stays, and the next call tries again
   */
  void settle() throws HostException {
    if (open()) {
      Lent lent = read();
      MarkedProcesses.awaitEnd(lent.marker(), clock);
      lent.before().restore(place);
      AtomicFiles.remove(place.resolve(RECORD));
    }
    // Copies alone were not yet lent for, or are put back already.
    Trees.remove(place);
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
