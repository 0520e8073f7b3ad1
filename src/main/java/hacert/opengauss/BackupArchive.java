package hacert.opengauss;

import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.GZIPInputStream;

/**
 * Files of a {@code tar.gz}, read in memory: it holds private keys and what opens them, which must
 * not lie unpacked on a disk when a call is killed. Source of the format: POSIX.1-2017, pax, ustar.
 */
final class BackupArchive {
  private static final int BLOCK = 512;
  private static final int NAME_BYTES = 100;
  private static final int SIZE_AT = 124;
  private static final int SIZE_BYTES = 12;
  private static final int SUM_AT = 148;
  private static final int SUM_BYTES = 8;
  private static final int TYPE_AT = 156;
  private static final int MAGIC_AT = 257;
  private static final String MAGIC = "ustar";
  private static final int PREFIX_AT = 345;
  private static final int PREFIX_BYTES = 155;
  private static final int OCTAL = 8;

  /** Certificates, keys and no more: what unpacks to more than this is something else. */
  private static final long MOST = 64 << 20;

  private final InputStream in;
  private long taken;

  private BackupArchive(InputStream in) {
    this.in = in;
  }

  /**
   * Reads the regular files of these names at its top level; of one that is there twice the last,
   * as tar does.
   *
   * @param largest most bytes of a file
   * @throws IOException if it is damaged, or holds more than is believed
   */
  static Map<String, byte[]> read(byte[] gzip, Collection<String> names, int largest)
      throws IOException {
    try (InputStream in =
        new BufferedInputStream(new GZIPInputStream(new ByteArrayInputStream(gzip)))) {
      return new BackupArchive(in).files(names, largest);
    }
  }

  private Map<String, byte[]> files(Collection<String> names, int largest) throws IOException {
    Map<String, byte[]> files = new LinkedHashMap<>();
    byte[] header = new byte[BLOCK];
    while (next(header)) {
      String name = name(header);
      long size = octal(header, SIZE_AT, SIZE_BYTES);
      boolean regular = header[TYPE_AT] == '0' || header[TYPE_AT] == 0;
      if (regular && names.contains(name)) {
        if (size > largest) {
          throw new IOException(name + " in it is too large");
        }
        files.put(name, take((int) size));
      } else {
        skip(size);
      }
      skip((BLOCK - size % BLOCK) % BLOCK);
    }
    return files;
  }

  /** The next header; none behind a block of zeros, or at the end. */
  private boolean next(byte[] header) throws IOException {
    int read = in.readNBytes(header, 0, BLOCK);
    if (read == 0) {
      return false;
    }
    count(BLOCK);
    if (read < BLOCK) {
      throw new EOFException("it ends in the middle");
    }
    long sum = (long) SUM_BYTES * ' ';
    boolean zeros = true;
    for (int i = 0; i < BLOCK; i++) {
      zeros &= header[i] == 0;
      sum += i >= SUM_AT && i < SUM_AT + SUM_BYTES ? 0 : header[i] & 0xff;
    }
    if (!zeros && sum != octal(header, SUM_AT, SUM_BYTES)) {
      throw new IOException("it is damaged");
    }
    return !zeros;
  }

  private static String name(byte[] header) {
    String name = text(header, 0, NAME_BYTES);
    // GNU tar has another magic, and other things in this place.
    boolean parted = text(header, MAGIC_AT, MAGIC.length() + 1).equals(MAGIC);
    String directory = parted ? text(header, PREFIX_AT, PREFIX_BYTES) : "";
    if (!directory.isEmpty()) {
      return directory + "/" + name;
    }
    return name.startsWith("./") ? name.substring(2) : name;
  }

  private static String text(byte[] header, int from, int most) {
    int end = from;
    while (end < from + most && header[end] != 0) {
      end++;
    }
    return new String(header, from, end - from, StandardCharsets.ISO_8859_1);
  }

  /** A number in octal digits, that begins and ends with what is none. */
  private static long octal(byte[] header, int from, int length) throws IOException {
    String number = text(header, from, length).strip();
    try {
      long value = number.isEmpty() ? 0 : Long.parseLong(number, OCTAL);
      if (value >= 0) {
        return value;
      }
    } catch (NumberFormatException e) {
      // Answered below: in another base it would be larger than anything here.
    }
    throw new IOException("it is damaged");
  }

  private byte[] take(int size) throws IOException {
    count(size);
    byte[] content = in.readNBytes(size);
    if (content.length < size) {
      throw new EOFException("it ends in the middle");
    }
    return content;
  }

  private void skip(long size) throws IOException {
    count(size);
    in.skipNBytes(size);
  }

  private void count(long size) throws IOException {
    // The size is what a damaged header says: it may be as large as can be.
    if (size > MOST - taken) {
      throw new IOException("it holds too much");
    }
    taken += size;
  }
}
