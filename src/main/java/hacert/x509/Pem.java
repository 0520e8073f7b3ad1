package hacert.x509;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The blocks of a PEM file: RFC 7468, and the headers of RFC 1421 that encrypted traditional keys
 * have. Text outside the blocks is passed over. A file may be installed as it is, so what openssl
 * would not see as a block is damage: a BEGIN or END that is not at the beginning of its line, a
 * line that ends with a carriage return alone, an empty line where none may be, and other headers
 * than those of an encrypted key. Works on bytes, so that keys can be wiped.
 */
final class Pem {
  /** Longer files are not read: a chain of a hundred certificates is about 200 kB. */
  static final int LONGEST = 1 << 20;

  private static final int MOST_BLOCKS = 256;
  private static final int MOST_HEADERS = 16;

  /** What openssl holds lines behind an empty line to: all as long, and only the last shorter. */
  private static final int WIDTH = 64;

  private static final byte[] BEGIN = ascii("-----BEGIN ");
  private static final byte[] END = ascii("-----END ");
  private static final byte[] DASHES = ascii("-----");

  /** Why a file is not PEM. */
  enum Fault {
    TOO_LONG,
    TRUNCATED,
    DAMAGED
  }

  /** A file that is not PEM; the message says where, and never what stands there. */
  static final class Malformed extends Exception {
    private static final long serialVersionUID = 1;
    private final Fault fault;

    Malformed(Fault fault, String message) {
      super(message);
      this.fault = fault;
    }

    Fault fault() {
      return fault;
    }
  }

  /**
   * One block.
   *
   * @param label what stands after BEGIN
   * @param headers names and values of its headers
   * @param content what its base64 stands for
   */
  record Block(String label, Map<String, String> headers, byte[] content) {
    void wipe() {
      Arrays.fill(content, (byte) 0);
    }

    /** Never the content. */
    @Override
    public String toString() {
      return "Block[" + label + "]";
    }
  }

  private final byte[] text;
  private int at;
  private int line;

  private Pem(byte[] text) {
    this.text = text;
  }

  static List<Block> blocks(byte[] text) throws Malformed {
    if (text.length > LONGEST) {
      throw new Malformed(
          Fault.TOO_LONG,
          "expected at most " + LONGEST + " bytes of PEM, got " + text.length + " bytes");
    }
    Pem pem = new Pem(text);
    List<Block> blocks = new ArrayList<>();
    try {
      for (Line next = pem.next(); next != null; next = pem.next()) {
        pem.checkBounds(next);
        if (next.starts(BEGIN)) {
          if (blocks.size() == MOST_BLOCKS) {
            throw new Malformed(Fault.TOO_LONG, "more than " + MOST_BLOCKS + " blocks of PEM");
          }
          blocks.add(pem.block(pem.label(next, BEGIN)));
        } else if (next.starts(END)) {
          throw pem.damaged("an END without its BEGIN");
        }
      }
    } catch (Malformed e) {
      blocks.forEach(Block::wipe);
      throw e;
    }
    return blocks;
  }

  /** How far a block is read. Its one empty line is that behind its headers, or behind BEGIN. */
  private enum Part {
    BEGUN,
    HEADERS,
    BODY,
    BODY_BEHIND_EMPTY_LINE
  }

  private Block block(String label) throws Malformed {
    int begun = line;
    Part part = Part.BEGUN;
    boolean shorter = false;
    Map<String, String> headers = new LinkedHashMap<>();
    byte[] base64 = new byte[Math.max(0, text.length - at)];
    int length = 0;
    try {
      for (Line next = next(); next != null; next = next()) {
        checkBounds(next);
        if (next.starts(END)) {
          if (!label(next, END).equals(label)) {
            throw damaged("an END of another kind than its BEGIN");
          }
          if (part == Part.HEADERS) {
            throw damaged("no empty line behind the headers of a block");
          }
          return new Block(label, headers, decode(base64, length));
        }
        if (next.starts(BEGIN)) {
          throw damaged("a BEGIN before the END of the block begun at line " + begun);
        }
        if (next.width() == 0) {
          part = behindEmptyLine(part, label, headers);
        } else if (part == Part.HEADERS || part == Part.BEGUN && next.has(':')) {
          part = Part.HEADERS;
          header(next, headers);
        } else {
          if (part == Part.BODY_BEHIND_EMPTY_LINE && (shorter || next.width() > WIDTH)) {
            throw damaged("behind an empty line openssl wants lines of " + WIDTH + " characters");
          }
          part = part == Part.BEGUN ? Part.BODY : part;
          shorter = next.width() < WIDTH;
          System.arraycopy(text, next.from, base64, length, next.to - next.from);
          length += next.to - next.from;
        }
      }
    } finally {
      Arrays.fill(base64, (byte) 0);
    }
    throw new Malformed(
        Fault.TRUNCATED, "the block begun at line " + begun + " has no END: the file is cut off");
  }

  private Part behindEmptyLine(Part part, String label, Map<String, String> headers)
      throws Malformed {
    if (part == Part.BODY || part == Part.BODY_BEHIND_EMPTY_LINE) {
      throw damaged("an empty line inside a block, with which openssl does not read it");
    }
    if (part == Part.HEADERS && !ofEncryptedKey(label, headers)) {
      throw damaged("other headers than Proc-Type: 4,ENCRYPTED and DEK-Info of a private key");
    }
    return Part.BODY_BEHIND_EMPTY_LINE;
  }

  /** openssl takes these two headers, in this order, and what follows them. */
  private static boolean ofEncryptedKey(String label, Map<String, String> headers) {
    List<String> names = List.copyOf(headers.keySet());
    return label.endsWith("PRIVATE KEY")
        && names.size() > 1
        && names.get(0).equals("Proc-Type")
        && headers.get("Proc-Type").matches("4,[ \\t]*ENCRYPTED")
        && names.get(1).equals("DEK-Info");
  }

  private void header(Line next, Map<String, String> headers) throws Malformed {
    String header = next.ascii();
    int colon = header.indexOf(':');
    if (colon < 0 || next.indented) {
      throw damaged("no header, and no empty line behind the headers of a block");
    }
    if (headers.size() == MOST_HEADERS
        || headers.put(header.substring(0, colon).trim(), header.substring(colon + 1).trim())
            != null) {
      throw damaged("too many headers, or one of them twice");
    }
  }

  private byte[] decode(byte[] base64, int length) throws Malformed {
    byte[] exact = Arrays.copyOf(base64, length);
    try {
      if (length % 4 != 0) {
        throw damaged("base64 of a block that ends here is not whole");
      }
      return Base64.getDecoder().decode(exact);
    } catch (IllegalArgumentException e) {
      // Its message would tell a character of what may be a key.
      throw damaged("the block that ends here is not base64");
    } finally {
      Arrays.fill(exact, (byte) 0);
    }
  }

  private String label(Line next, byte[] prefix) throws Malformed {
    int from = next.from + prefix.length;
    int to = next.to - DASHES.length;
    if (to <= from || !Arrays.equals(text, to, next.to, DASHES, 0, DASHES.length)) {
      throw damaged("a BEGIN or END line that does not end in five dashes");
    }
    return new String(text, from, to - from, StandardCharsets.US_ASCII);
  }

  /** Refuses a line that has a BEGIN or END where openssl does not look for one. */
  private void checkBounds(Line next) throws Malformed {
    if (next.has('\r') && (next.holds(BEGIN) || next.holds(END))) {
      throw damaged("a carriage return alone ends no line for openssl; expected line feeds");
    }
    if (next.indented && (next.starts(BEGIN) || next.starts(END))) {
      throw damaged("blanks before a BEGIN or END, which openssl does not see then");
    }
  }

  private Malformed damaged(String what) {
    return new Malformed(Fault.DAMAGED, "line " + line + ": " + what);
  }

  /** The next line without its end and without blanks before and after; null after the last. */
  private Line next() {
    if (at >= text.length) {
      return null;
    }
    int end = at;
    while (end < text.length && text[end] != '\n') {
      end++;
    }
    int begin = at;
    int from = at;
    int to = end;
    at = end + 1;
    while (from < to && blank(text[from])) {
      from++;
    }
    while (to > from && blank(text[to - 1])) {
      to--;
    }
    line++;
    return new Line(begin, from, to);
  }

  private static boolean blank(byte b) {
    return b == ' ' || b == '\t' || b == '\r';
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  /** Where one line lies in the text. */
  private final class Line {
    private final int begin;
    private final int from;
    private final int to;
    private final boolean indented;

    Line(int begin, int from, int to) {
      this.begin = begin;
      this.from = from;
      this.to = to;
      this.indented = from > begin;
    }

    /** Its length with the blanks before it; 0 of an empty one, whatever blanks it has. */
    int width() {
      return from == to ? 0 : to - begin;
    }

    boolean starts(byte[] prefix) {
      return to - from >= prefix.length
          && Arrays.equals(text, from, from + prefix.length, prefix, 0, prefix.length);
    }

    boolean holds(byte[] wanted) {
      for (int i = from; i <= to - wanted.length; i++) {
        if (Arrays.equals(text, i, i + wanted.length, wanted, 0, wanted.length)) {
          return true;
        }
      }
      return false;
    }

    boolean has(char wanted) {
      for (int i = from; i < to; i++) {
        if (text[i] == wanted) {
          return true;
        }
      }
      return false;
    }

    String ascii() {
      return new String(text, from, to - from, StandardCharsets.US_ASCII);
    }
  }

  /** Writes one block, lines of 64 characters (RFC 7468); the caller wipes what is secret. */
  static byte[] write(String label, Map<String, String> headers, byte[] content) {
    StringBuilder head = new StringBuilder("-----BEGIN ").append(label).append("-----\n");
    headers.forEach((name, value) -> head.append(name).append(": ").append(value).append('\n'));
    if (!headers.isEmpty()) {
      head.append('\n');
    }
    byte[] begin = ascii(head.toString());
    byte[] base64 = Base64.getMimeEncoder(64, new byte[] {'\n'}).encode(content);
    byte[] end = ascii("\n-----END " + label + "-----\n");
    byte[] whole = Arrays.copyOf(begin, begin.length + base64.length + end.length);
    System.arraycopy(base64, 0, whole, begin.length, base64.length);
    System.arraycopy(end, 0, whole, begin.length + base64.length, end.length);
    Arrays.fill(base64, (byte) 0);
    return whole;
  }
}
