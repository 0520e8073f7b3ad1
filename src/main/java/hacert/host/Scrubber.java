package hacert.host;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/** Replaces secrets in a text that comes in pieces. */
public final class Scrubber implements CharSink, AutoCloseable {
  private static final char[] INSTEAD = {'*', '*', '*'};

  private final CharSink sink;
  private final List<char[]> secrets = new ArrayList<>();
  private final char[] held;
  private int count;

  /** A text with {@code ***} in the place of this secret, quoted as a shell may show it or not. */
  public static String clean(String text, byte[] secret) {
    StringBuilder cleaned = new StringBuilder();
    try (Scrubber scrubber = new Scrubber(List.of(secret), cleaned::append)) {
      text.chars().forEach(c -> scrubber.accept((char) c));
    }
    return cleaned.toString();
  }

  Scrubber(List<byte[]> secrets, CharSink sink) {
    this.sink = sink;
    for (byte[] secret : secrets) {
      if (secret.length > 0) {
        CharBuffer decoded = StandardCharsets.UTF_8.decode(ByteBuffer.wrap(secret));
        char[] plain = new char[decoded.remaining()];
        decoded.get(plain);
        Arrays.fill(decoded.array(), '\0');
        this.secrets.add(plain);
        // A script that traces itself (set -x) shows its arguments quoted: bash and dash differ.
        if (CharBuffer.wrap(plain).chars().anyMatch(c -> c == '\'')) {
          this.secrets.add(quoted(plain, "'\\''"));
          this.secrets.add(quoted(plain, "'\"'\"'"));
        }
      }
    }
    this.secrets.sort(Comparator.comparingInt((char[] secret) -> secret.length).reversed());
    held = new char[this.secrets.isEmpty() ? 0 : this.secrets.get(0).length];
  }

  private static char[] quoted(char[] plain, String quote) {
    char[] room = new char[plain.length * quote.length()];
    int length = 0;
    for (char c : plain) {
      if (c == '\'') {
        quote.getChars(0, quote.length(), room, length);
        length += quote.length();
      } else {
        room[length++] = c;
      }
    }
    char[] result = Arrays.copyOf(room, length);
    Arrays.fill(room, '\0');
    return result;
  }

  /** Takes the next character. */
  @Override
  public void accept(char c) {
    if (held.length == 0) {
      sink.accept(c);
      return;
    }
    held[count++] = c;
    if (count == held.length) {
      release();
    }
  }

  /** Passes on what was held back, and forgets the secrets. */
  @Override
  public void close() {
    while (count > 0) {
      release();
    }
    secrets.forEach(secret -> Arrays.fill(secret, '\0'));
    Arrays.fill(held, '\0');
  }

  private void release() {
    for (char[] secret : secrets) {
      if (secret.length <= count
          && Arrays.equals(held, 0, secret.length, secret, 0, secret.length)) {
        for (char c : INSTEAD) {
          sink.accept(c);
        }
        drop(secret.length);
        return;
      }
    }
    sink.accept(held[0]);
    drop(1);
  }

  private void drop(int characters) {
    count -= characters;
    System.arraycopy(held, characters, held, 0, count);
  }
}
