package hacert.oms;

import hacert.host.Attempt;
import hacert.host.CleanText;
import hacert.host.HostException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Looks for the text that tells success in all that a script prints. What was seen once is seen: a
 * daemon that holds the script's output may print any amount behind it.
 */
final class SuccessText {
  private static final int BLOCK = 64 << 10;

  /** Of a line that has not ended so much is looked at again with what follows. */
  private static final int LONGEST_LINE = 4 << 10;

  private final Attempt attempt;
  private final String wanted;
  private long read;
  private byte[] line = {};
  private boolean seen;

  SuccessText(Attempt attempt, String wanted) {
    this.attempt = attempt;
    this.wanted = wanted;
  }

  /** Whether it has been printed by now; reads what has come since the last look. */
  boolean seen() throws HostException {
    while (!seen) {
      byte[] more = attempt.output(read, BLOCK);
      if (more.length == 0) {
        return false;
      }
      read += more.length;
      byte[] text = ByteBuffer.allocate(line.length + more.length).put(line).put(more).array();
      seen = CleanText.of(new String(text, StandardCharsets.UTF_8)).contains(wanted);
      line = unended(text);
    }
    return true;
  }

  private static byte[] unended(byte[] text) {
    int from = text.length;
    while (from > 0 && text[from - 1] != '\n' && text.length - from < LONGEST_LINE) {
      from--;
    }
    return Arrays.copyOfRange(text, from, text.length);
  }
}
