package hacert.result;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.List;

/**
 * What one operation on one node answers with: the only thing that a playbook gates on. Its JSON
 * form is described by the schema {@code hacert/schema/result-1.json} in this jar.
 *
 * @param schema always {@link #SCHEMA}
 * @param version version of this program
 * @param operation name of the operation
 * @param cluster name of the cluster; empty for operations that know none
 * @param target kind of system; empty for operations that know none
 * @param profile vendor version; empty for operations that know none
 * @param host name of the node in the inventory
 * @param rotation id of the rotation; absent before there is one
 * @param check whether this was a dry run
 * @param outcome what came of it
 * @param exitCode the code that the process exits with, see {@link Exit}
 * @param started when the call began
 * @param finished when it ended
 * @param change why and for whom
 * @param findings what was found, the gravest first
 * @param steps what was done, in order
 * @param before certificates installed before
 * @param after certificates installed after, or that would be (check mode)
 * @param timings how long it took
 * @param data what only this operation answers, see {@code docs/protocol.md}
 */
public record Result(
    String schema,
    String version,
    String operation,
    String cluster,
    String target,
    String profile,
    String host,
    String rotation,
    boolean check,
    Outcome outcome,
    int exitCode,
    Instant started,
    Instant finished,
    Change change,
    List<Finding> findings,
    List<StepReport> steps,
    List<CertificateSummary> before,
    List<CertificateSummary> after,
    Timings timings,
    JsonNode data) {

  /** Refuses one that lacks what others go by. */
  public Result {
    Needed.value("operation of a result", operation);
    Needed.value("host of a result", host);
    Needed.value("outcome of a result", outcome);
    findings = Needed.list("findings of a result", findings);
    steps = Needed.list("steps of a result", steps);
    before = Needed.list("before of a result", before);
    after = Needed.list("after of a result", after);
  }

  /** Name and version of the format. */
  public static final String SCHEMA = "hacert.result/1";
}
