package hacert.rotation;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonProperty;
import hacert.target.BundleSpec;
import java.util.Map;

/**
 * The settings of a request; {@code docs/protocol.md} describes each. Absent ones get their
 * defaults.
 *
 * @param stateDir directory for journal, generations and results; relative to the home directory
 * @param key kind of key of a made bundle
 * @param validityDays validity of a made bundle, in days
 * @param subject parts of the subject of a made bundle
 * @param renewBeforeDays days left below which a rotation is due; 0: a third of the validity
 * @param force rotate now
 * @param acceptUnproven go on although the installed files are not proven to be the running ones
 * @param generation generation to return to; 0: the previous one
 * @param generations how many generations are kept, the running and the previous one among them
 * @param rotation id of a rotation to continue, whoever began it
 * @param peerCopy how the bundle comes to the other nodes
 * @param managerUrl the Manager page; empty if it is not to be read
 */
public record Settings(
    String stateDir,
    String key,
    int validityDays,
    Map<String, String> subject,
    int renewBeforeDays,
    boolean force,
    boolean acceptUnproven,
    int generation,
    int generations,
    String rotation,
    Plan.Copy peerCopy,
    String managerUrl) {

  /** Ten years, as the vendor's own script makes them. */
  private static final int DEFAULT_VALIDITY_DAYS = 3650;

  private static final int DEFAULT_GENERATIONS = 5;

  /** Puts the defaults in. */
  public Settings {
    stateDir = stateDir == null || stateDir.isEmpty() ? ".hacert" : stateDir;
    key = key == null || key.isEmpty() ? "rsa-3072" : key;
    validityDays = validityDays == 0 ? DEFAULT_VALIDITY_DAYS : validityDays;
    subject = subject == null ? Map.of() : Map.copyOf(subject);
    generations = generations == 0 ? DEFAULT_GENERATIONS : generations;
    rotation = rotation == null ? "" : rotation;
    peerCopy = peerCopy == null ? Plan.Copy.SSH : peerCopy;
    managerUrl = managerUrl == null ? "" : managerUrl;
  }

  /** Every setting at its default. */
  public static Settings defaults() {
    return new Settings(null, null, 0, null, 0, false, false, 0, 0, null, null, null);
  }

  /** Which bundle is asked for where one is made. */
  @JsonIgnore
  public BundleSpec bundle() {
    return new BundleSpec(key, validityDays, subject);
  }

  /** The intent of {@code decide}. */
  public enum Intent {
    /** Rotate what is due. */
    @JsonProperty("rotate")
    ROTATE,
    /** Return to an older generation, or undo an open rotation. */
    @JsonProperty("rollback")
    ROLLBACK,
    /** Only say what is due. */
    @JsonProperty("check")
    CHECK
  }
}
