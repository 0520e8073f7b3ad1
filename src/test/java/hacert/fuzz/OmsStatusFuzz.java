package hacert.fuzz;

import hacert.oms.StatusParser;
import java.nio.charset.StandardCharsets;

/** What {@code status-oms.sh} prints. */
public final class OmsStatusFuzz {
  private OmsStatusFuzz() {}

  /** A status or none. */
  public static void fuzzerTestOneInput(byte[] output) {
    StatusParser.parse(new String(output, StandardCharsets.UTF_8))
        .ifPresent(status -> Properties.check(!status.nodes().isEmpty(), "a status without nodes"));
  }
}
