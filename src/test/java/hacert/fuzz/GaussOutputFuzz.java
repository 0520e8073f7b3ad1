package hacert.fuzz;

import hacert.opengauss.ClusterStatusParser;
import hacert.opengauss.CtlQueryParser;
import hacert.opengauss.GsOmOutput;
import hacert.opengauss.ServerVersion;
import java.nio.charset.StandardCharsets;

/** What {@code gs_om}, {@code gs_ctl} and {@code gaussdb} print. */
public final class GaussOutputFuzz {
  private GaussOutputFuzz() {}

  /** A status, a query and a version, or none. */
  public static void fuzzerTestOneInput(byte[] output) {
    String text = new String(output, StandardCharsets.UTF_8);
    ClusterStatusParser.parse(text);
    CtlQueryParser.parse(text);
    ServerVersion.parse(text);
    GsOmOutput said = GsOmOutput.parse(text);
    Properties.check(
        !said.saysSuccess() || said.firstError().isEmpty(), "success and an error at once");
  }
}
