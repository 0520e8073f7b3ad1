package hacert.cli;

/** How a result is written. */
public enum Format {
  /** For people. */
  text,
  /** One JSON document, {@code hacert.result/1}. */
  json
}
