package hacert.rotation;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonProcessingException;
import hacert.host.AtomicFiles;
import hacert.host.FileMeta;
import hacert.host.HostException;
import hacert.result.Change;
import hacert.result.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What was purged on this node, for the auditor: lines of JSON, to which only is added. A purge
 * stands in two of them, one before the first file is removed and one after the last.
 */
final class PurgeRecord {
  private final Path path;

  PurgeRecord(StateDirectory state) {
    this.path = state.purges();
  }

  /** How far a purge has come. */
  enum State {
    /** About to remove. */
    @JsonProperty("begun")
    BEGUN,
    /** All is removed. */
    @JsonProperty("done")
    DONE
  }

  /**
   * A line.
   *
   * @param schema always {@link #SCHEMA}
   * @param state how far it has come
   * @param at when it was written
   * @param cluster name of the cluster
   * @param node name of this node in the inventory
   * @param user user that removes
   * @param by machine and process that asked for it
   * @param change why and for whom
   * @param generation number of the generation
   * @param rotation id of the rotation that recorded it
   * @param created when it was recorded
   * @param content certificates and private keys in it
   */
  record Line(
      String schema,
      State state,
      Instant at,
      String cluster,
      String node,
      String user,
      Request.Holder by,
      Change change,
      int generation,
      String rotation,
      Instant created,
      OldKeys content) {

    /** Name and version of the format. A version reads itself and the one before. */
    static final String SCHEMA = "hacert.purge/1";

    Line done(Instant now) {
      return new Line(
          schema,
          State.DONE,
          now,
          cluster,
          node,
          user,
          by,
          change,
          generation,
          rotation,
          created,
          content);
    }
  }

  /**
   * The last line of each generation, by its number.
   *
   * @throws HostException with {@code PURGE_RECORD_UNREADABLE}
   */
  Map<Integer, Line> last() throws HostException {
    Map<Integer, Line> last = new LinkedHashMap<>();
    for (String text : lines()) {
      try {
        Line line = Json.mapper().readValue(text, Line.class);
        if (!Line.SCHEMA.equals(line.schema())) {
          throw unreadable("its format is '" + line.schema() + "', expected " + Line.SCHEMA);
        }
        last.put(line.generation(), line);
      } catch (JsonProcessingException e) {
        throw unreadable(e.getOriginalMessage());
      }
    }
    return last;
  }

  /** Adds a line; the file is whole before and after. */
  void add(Line line) throws HostException {
    List<String> all = new ArrayList<>(lines());
    try {
      all.add(Json.mapper().writeValueAsString(line));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a line is plain data", e);
    }
    String text = String.join("\n", all) + "\n";
    AtomicFiles.write(path, text.getBytes(StandardCharsets.UTF_8), FileMeta.mine(0600));
  }

  private List<String> lines() throws HostException {
    try {
      return Files.exists(path) ? Files.readAllLines(path) : List.of();
    } catch (IOException e) {
      throw unreadable(e.toString());
    }
  }

  private HostException unreadable(String why) {
    return new HostException(
        "PURGE_RECORD_UNREADABLE",
        "The record " + path + " cannot be read: " + why + ". Nothing was removed.",
        "Move it to where the auditor finds it; the next purge begins another one.");
  }
}
