package hacert.rotation;

import com.fasterxml.jackson.annotation.JsonProperty;
import hacert.host.Snapshot;
import hacert.result.CertificateSummary;
import hacert.result.Needed;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * A bundle as installed on a node, numbered: its manifest. The files lie beside it.
 *
 * @param schema always {@link #SCHEMA}
 * @param number its number, the same on all nodes of the cluster
 * @param created when it was recorded
 * @param rotation id of the rotation that recorded it
 * @param from number of the generation that this one took the place of; 0 if no rotation did it
 * @param origin how it came to be installed
 * @param proven whether it is known to be what the service worked with, and whole
 * @param digest digest of its bundle
 * @param certificates its certificates
 * @param settings what the system's settings said of these files, see {@link
 *     hacert.target.ManagedNode#settings}; empty from a version that did not keep them
 * @param manifest path, SHA-256, owner, group and mode of every file
 */
public record Generation(
    String schema,
    int number,
    Instant created,
    String rotation,
    int from,
    Origin origin,
    boolean proven,
    String digest,
    List<CertificateSummary> certificates,
    Map<String, String> settings,
    Snapshot manifest) {
  /** Refuses one that lacks what others go by. */
  public Generation {
    Needed.value("created of a generation", created);
    Needed.value("rotation of a generation", rotation);
    Needed.value("origin of a generation", origin);
    Needed.value("digest of a generation", digest);
    settings = settings == null ? Map.of() : settings;
    settings.forEach((name, value) -> Needed.value(name + " of a generation", value));
    Needed.value("manifest of a generation", manifest);
    certificates = Needed.list("certificates of a generation", certificates);
  }

  /** Name and version of the format. A version reads itself and the one before. */
  public static final String SCHEMA = "hacert.generation/1";

  /** How a generation came to be installed. */
  public enum Origin {
    /** It was there before this program, or was changed beside it. */
    @JsonProperty("found")
    FOUND,
    /** A rotation installed and proved it. */
    @JsonProperty("installed")
    INSTALLED,
    /** A rollback to an older generation installed and proved it. */
    @JsonProperty("restored")
    RESTORED
  }

  /** What a report says of a generation. */
  public record Summary(
      int number,
      Instant created,
      String rotation,
      Origin origin,
      boolean proven,
      String digest,
      List<CertificateSummary> certificates) {
    /** Refuses one that lacks what others go by. */
    public Summary {
      Needed.value("created of a generation", created);
      Needed.value("origin of a generation", origin);
      Needed.value("digest of a generation", digest);
      certificates = Needed.list("certificates of a generation", certificates);
    }
  }

  /**
   * The same where the system's settings say something else of its files now.
   *
   * @param used the certificates that are in use so
   */
  Generation with(Map<String, String> changed, List<CertificateSummary> used) {
    return new Generation(
        schema, number, created, rotation, from, origin, proven, digest, used, changed, manifest);
  }

  /** The short form, without the manifest. */
  public Summary summary() {
    return new Summary(number, created, rotation, origin, proven, digest, certificates);
  }
}
