package hacert.target;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Locale;

/** The part a node plays in its pair right now, as the live system says. */
public enum HaRole {
  /** Serves (active, primary). */
  @JsonProperty("active")
  ACTIVE,
  /** Waits to take over (standby). */
  @JsonProperty("standby")
  STANDBY,
  /** The system does not say, or is just changing it. */
  @JsonProperty("unknown")
  UNKNOWN;

  /** As people and journals write it: {@code active}. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
