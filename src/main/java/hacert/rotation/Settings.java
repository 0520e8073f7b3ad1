package hacert.rotation;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonProperty;
import hacert.result.Finding;
import hacert.target.BundleSpec;
import hacert.target.Options;
import java.util.List;
import java.util.Map;

/**
 * The settings of a request; {@code docs/protocol.md} describes each. Absent ones get their
 * defaults.
 *
 * @param stateDir directory for journal, generations and results; absolute or relative to the home
 *     directory
 * @param key kind of key of a made bundle
 * @param validityDays validity of a made bundle, in days; 0: what is usual for the system
 * @param subject parts of the subject of a made bundle
 * @param renewBeforeDays days left below which a rotation is due; 0: a third of the validity
 * @param force rotate now
 * @param compromised the keys in use are known to others: rotate now, and do not go back to them
 *     unasked
 * @param acceptUnproven go on without a backup that is proven to be a way back
 * @param generation generation to return to; 0: the previous one
 * @param generations how many generations are kept, the running and the previous one among them
 * @param rotation id of a rotation to continue, whoever began it
 * @param peerCopy how the bundle comes to the other nodes
 * @param managerUrl the Manager page; empty if it is not to be read
 * @param source where the new bundle comes from
 * @param active the node that a person calls active where the cluster does not tell it; empty if
 *     none was named
 * @param renewCipher whether the replacement renews the cipher of stored passwords too
 * @param options choices that only some kinds of system have
 */
public record Settings(
    String stateDir,
    String key,
    int validityDays,
    Map<String, String> subject,
    int renewBeforeDays,
    boolean force,
    boolean compromised,
    boolean acceptUnproven,
    int generation,
    int generations,
    String rotation,
    Plan.Copy peerCopy,
    String managerUrl,
    Source source,
    String active,
    boolean renewCipher,
    Options options) {

  /** Where the new bundle comes from. */
  public enum Source {
    /** Given where one is given, else made. */
    @JsonProperty("auto")
    AUTO,
    /** This program makes it on the first node. */
    @JsonProperty("make")
    MAKE,
    /** It comes with the request. */
    @JsonProperty("given")
    GIVEN,
    /** The vendor's own script makes it on the first node. */
    @JsonProperty("vendor")
    VENDOR
  }

  private static final int DEFAULT_GENERATIONS = 5;

  /**
   * Puts the defaults in.
   *
   * @throws IllegalArgumentException if a number is below 0, or the directory begins with a tilde,
   *     which nothing expands
   */
  public Settings {
    counted("validity_days", validityDays);
    counted("renew_before_days", renewBeforeDays);
    counted("generation", generation);
    counted("generations", generations);
    stateDir = stateDir == null || stateDir.isEmpty() ? ".hacert" : stateDir;
    if (stateDir.startsWith("~")) {
      throw new IllegalArgumentException(
          "state_dir is " + stateDir + ", expected one that is absolute, or relative to the home");
    }
    key = key == null || key.isEmpty() ? "rsa-3072" : key;
    subject = subject == null ? Map.of() : Map.copyOf(subject);
    generations = generations == 0 ? DEFAULT_GENERATIONS : generations;
    rotation = rotation == null ? "" : rotation;
    peerCopy = peerCopy == null ? Plan.Copy.SSH : peerCopy;
    managerUrl = managerUrl == null ? "" : managerUrl;
    source = source == null ? Source.AUTO : source;
    active = active == null ? "" : active;
    options = options == null ? Options.defaults() : options;
  }

  private static void counted(String name, int number) {
    if (number < 0) {
      throw new IllegalArgumentException(name + " is " + number + ", expected 0 or more");
    }
  }

  /** Every setting at its default. */
  public static Settings defaults() {
    return new Settings(
        null, null, 0, null, 0, false, false, false, 0, 0, null, null, null, null, null, false,
        null);
  }

  /** Which bundle is asked for where one is made. */
  @JsonIgnore
  public BundleSpec bundle() {
    return new BundleSpec(key, validityDays, subject);
  }

  /**
   * Where the new bundle comes from, never {@link Source#AUTO}.
   *
   * @param given whether one came with the request
   */
  @JsonIgnore
  public Source source(boolean given) {
    return source != Source.AUTO ? source : given ? Source.GIVEN : Source.MAKE;
  }

  /** What is wrong where source and request do not fit; empty if nothing is. */
  @JsonIgnore
  public List<Finding> checkSource(boolean given) {
    if (given == (source(given) == Source.GIVEN)) {
      return List.of();
    }
    return List.of(
        Finding.error(
            "SOURCE_CONTRADICTION",
            given
                ? "hacert_bundle is set, and hacert_source says that the bundle is made."
                : "A bundle is to be given, and none came: hacert_bundle is not set, or cannot be read.",
            "Set both or neither: hacert_source given goes with hacert_bundle."));
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
