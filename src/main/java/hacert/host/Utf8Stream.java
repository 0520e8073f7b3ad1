package hacert.host;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Decodes UTF-8 that comes in pieces; what is no UTF-8 becomes U+FFFD. */
final class Utf8Stream {
  private final CharsetDecoder decoder =
      StandardCharsets.UTF_8
          .newDecoder()
          .onMalformedInput(CodingErrorAction.REPLACE)
          .onUnmappableCharacter(CodingErrorAction.REPLACE);
  private final CharBuffer chars = CharBuffer.allocate(8192);
  private final CharSink sink;
  private byte[] rest = new byte[0];

  Utf8Stream(CharSink sink) {
    this.sink = sink;
  }

  synchronized void feed(byte[] bytes, int count) {
    decode(bytes, count, false);
  }

  synchronized void end() {
    decode(new byte[0], 0, true);
    decoder.flush(chars);
    drain();
  }

  private void decode(byte[] bytes, int count, boolean last) {
    byte[] all = Arrays.copyOf(rest, rest.length + count);
    System.arraycopy(bytes, 0, all, rest.length, count);
    ByteBuffer in = ByteBuffer.wrap(all);
    while (decoder.decode(in, chars, last).isOverflow()) {
      drain();
    }
    drain();
    rest = new byte[in.remaining()];
    in.get(rest);
    // The output of a terminal may hold an echoed secret.
    Arrays.fill(all, (byte) 0);
  }

  private void drain() {
    chars.flip();
    while (chars.hasRemaining()) {
      sink.accept(chars.get());
    }
    Arrays.fill(chars.array(), '\0');
    chars.clear();
  }
}
