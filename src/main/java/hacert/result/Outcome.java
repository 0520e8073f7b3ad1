package hacert.result;

import com.fasterxml.jackson.annotation.JsonProperty;

/** What came of an operation. The playbooks gate on it. */
public enum Outcome {
  /** Nothing had to be done, and nothing was. */
  @JsonProperty("unchanged")
  UNCHANGED,
  /** Check mode: this would be done, and everything that can be known beforehand is good. */
  @JsonProperty("planned")
  PLANNED,
  /** Done, and its gates held. */
  @JsonProperty("succeeded")
  SUCCEEDED,
  /** Not started, because of findings: nothing was changed. */
  @JsonProperty("refused")
  REFUSED,
  /** Started and not finished: the findings say what state everything is in. */
  @JsonProperty("failed")
  FAILED,
  /** The old state was put back and proven. */
  @JsonProperty("rolled-back")
  ROLLED_BACK;

  /** Whether a caller may go on after it. */
  public boolean good() {
    return this == UNCHANGED || this == PLANNED || this == SUCCEEDED;
  }
}
