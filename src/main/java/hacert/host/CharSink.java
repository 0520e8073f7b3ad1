package hacert.host;

/** Takes text, a character at a time. */
@FunctionalInterface
interface CharSink {
  void accept(char c);
}
