package hacert.result;

import com.fasterxml.jackson.annotation.JsonProperty;

/** How much a {@link Finding} weighs. Only an {@link #ERROR} stops an operation. */
public enum Severity {
  /** Worth knowing; nothing to do. */
  @JsonProperty("info")
  INFO,
  /** Worth doing something about; the operation goes on. */
  @JsonProperty("warning")
  WARNING,
  /** The operation stops, or did not start. */
  @JsonProperty("error")
  ERROR
}
