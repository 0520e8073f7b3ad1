/**
 * The answer of every operation: outcome, findings, steps, exit code, as the JSON document {@code
 * hacert.result/1} (docs/protocol.md).
 */
package hacert.result;
