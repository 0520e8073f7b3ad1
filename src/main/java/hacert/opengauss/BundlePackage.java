package hacert.opengauss;

import hacert.host.HostException;
import hacert.target.Bundle;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * The package that {@code gs_om -t cert} takes: a flat ZIP of a bundle's files. What is read may be
 * hostile: it has to be one ZIP from its first byte to its last, whose list and whose entries say
 * the same, so that no two programs can find different files in it.
 *
 * <p>Source of the format: PKWARE's APPNOTE, 6.3, without ZIP64, which nothing of this size needs.
 */
public final class BundlePackage {
  /** Most bytes of a package. */
  public static final int LARGEST = 4 << 20;

  /** Most bytes of one file in it. */
  static final int LARGEST_FILE = 1 << 20;

  private static final int MOST_ENTRIES = 64;
  private static final int END = 0x06054b50;
  private static final int END_BYTES = 22;
  private static final int LISTED = 0x02014b50;
  private static final int LISTED_BYTES = 46;
  private static final int LOCAL = 0x04034b50;
  private static final int LOCAL_BYTES = 30;
  private static final int STORED = 0;
  private static final int DEFLATED = 8;

  /** Encrypted, encrypted strongly, names hidden. */
  private static final int ENCRYPTED = 1 | 1 << 6 | 1 << 13;

  /** Checksum and sizes stand behind the content. */
  private static final int STREAMED = 1 << 3;

  private static final int FILE_TYPE = 0170000;
  private static final int REGULAR = 0100000;
  private static final int LINK = 0120000;

  /** ZIP knows no time zone, and no time before this year. */
  private static final LocalDateTime TIME = LocalDateTime.of(1980, 2, 1, 0, 0);

  /** Whether a file is called as packages are. */
  static boolean named(String name) {
    return name.toLowerCase(Locale.ROOT).endsWith(".zip");
  }

  private final byte[] zip;
  private final ByteBuffer data;

  private BundlePackage(byte[] zip) {
    this.zip = zip;
    this.data = ByteBuffer.wrap(zip).order(ByteOrder.LITTLE_ENDIAN);
  }

  /**
   * Writes a package: the same files give the same bytes, always and everywhere. Nothing is
   * compressed, because that differs between machines.
   *
   * @throws IllegalArgumentException if the bundle has a file of another name than {@link
   *     ServerBundle#ALL}
   */
  public static byte[] write(Bundle bundle) {
    if (!ServerBundle.ALL.containsAll(bundle.files().keySet())) {
      throw new IllegalArgumentException("no bundle of openGauss: " + bundle);
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      for (String name : ServerBundle.ALL) {
        byte[] content = bundle.files().get(name);
        if (content != null) {
          ZipEntry entry = new ZipEntry(name);
          entry.setTimeLocal(TIME);
          entry.setMethod(ZipEntry.STORED);
          entry.setSize(content.length);
          entry.setCrc(crc(content));
          zip.putNextEntry(entry);
          zip.write(content);
          zip.closeEntry();
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  /** An entry as the list at the end has it. */
  private record Entry(
      String name, int flags, int method, int crc, int packed, int size, int type, int at) {}

  /**
   * Reads a package, whoever wrote it. Which files it has to hold is for {@link ServerBundlePolicy}
   * to say.
   *
   * @return its files, in the order of {@link ServerBundle#ALL}
   * @throws HostException {@code PACKAGE_UNREADABLE}, {@code PACKAGE_TOO_LARGE}, {@code
   *     PACKAGE_ENCRYPTED}, {@code PACKAGE_NESTED}, {@code PACKAGE_LINK}, {@code PACKAGE_EXTRA},
   *     {@code PACKAGE_TWICE}
   */
  public static Bundle read(byte[] zip) throws HostException {
    if (zip.length > LARGEST) {
      throw tooLarge("The package has " + zip.length + " bytes", LARGEST);
    }
    return new BundlePackage(zip).read();
  }

  private Bundle read() throws HostException {
    List<Entry> entries = list();
    Map<String, byte[]> contents = new HashMap<>();
    int at = 0;
    for (int i = 0; i < entries.size(); i++) {
      int next = i + 1 < entries.size() ? entries.get(i + 1).at() : listAt();
      Entry entry = entries.get(i);
      if (entry.at() != at) {
        throw unreadable("there is something between its entries or before them");
      }
      contents.put(entry.name(), content(entry, next));
      at = next;
    }
    Map<String, byte[]> files = new LinkedHashMap<>();
    ServerBundle.ALL.stream()
        .filter(contents::containsKey)
        .forEach(name -> files.put(name, contents.get(name)));
    return new Bundle(files);
  }

  private int listAt() {
    return data.getInt(zip.length - END_BYTES + 16);
  }

  /** Its entries, in the order in which they lie. */
  private List<Entry> list() throws HostException {
    int end = zip.length - END_BYTES;
    if (end < 0 || data.getInt(end) != END || data.getShort(end + 20) != 0) {
      throw unreadable("it is no ZIP, is cut off, or has a comment at its end");
    }
    int count = data.getShort(end + 10) & 0xffff;
    long from = data.getInt(end + 16) & 0xffffffffL;
    long length = data.getInt(end + 12) & 0xffffffffL;
    if (data.getInt(end + 4) != 0 || (data.getShort(end + 8) & 0xffff) != count) {
      throw unreadable("it is one of several parts");
    }
    if (from + length != end || count > MOST_ENTRIES) {
      throw unreadable("its list of entries is not where it should be, or is too long");
    }
    List<Entry> entries = new ArrayList<>();
    int at = (int) from;
    for (int i = 0; i < count; i++) {
      Entry entry = listed(at, end);
      check(entry, entries);
      entries.add(entry);
      at += LISTED_BYTES + lengths(at);
    }
    if (at != end) {
      throw unreadable("its list of entries does not end where it should");
    }
    entries.sort(Comparator.comparingInt(Entry::at));
    return entries;
  }

  private int lengths(int at) {
    return (data.getShort(at + 28) & 0xffff)
        + (data.getShort(at + 30) & 0xffff)
        + (data.getShort(at + 32) & 0xffff);
  }

  private Entry listed(int at, int end) throws HostException {
    if (at > end - LISTED_BYTES
        || data.getInt(at) != LISTED
        || at + LISTED_BYTES + lengths(at) > end) {
      throw unreadable("its list of entries is damaged");
    }
    int packed = data.getInt(at + 20);
    int size = data.getInt(at + 24);
    int local = data.getInt(at + 42);
    if (packed < 0
        || size < 0
        || local < 0
        || local > end - LOCAL_BYTES
        || data.getShort(at + 34) != 0) {
      throw unreadable("an entry has impossible sizes, or is in the form ZIP64");
    }
    int madeBy = data.get(at + 5);
    boolean unix = madeBy == 3 || madeBy == 19;
    return new Entry(
        name(at + LISTED_BYTES, data.getShort(at + 28) & 0xffff),
        data.getShort(at + 8) & 0xffff,
        data.getShort(at + 10) & 0xffff,
        data.getInt(at + 16),
        packed,
        size,
        unix ? data.getInt(at + 38) >>> 16 & FILE_TYPE : 0,
        local);
  }

  private String name(int at, int length) {
    return new String(zip, at, length, StandardCharsets.ISO_8859_1);
  }

  private static void check(Entry entry, List<Entry> before) throws HostException {
    String name = entry.name().replaceAll("[^ -~]", "?");
    if (name.contains("/") || name.contains("\\")) {
      throw new HostException(
          "PACKAGE_NESTED",
          "The package holds '" + name + "'; expected files alone, in no directory.",
          "Pack the files without their directory: zip -j.");
    }
    if (entry.type() == LINK) {
      throw new HostException(
          "PACKAGE_LINK",
          "'" + name + "' in the package is a symbolic link; expected a regular file.",
          "Pack the file that it points to.");
    }
    if (!ServerBundle.ALL.contains(entry.name()) || entry.type() != 0 && entry.type() != REGULAR) {
      throw new HostException(
          "PACKAGE_EXTRA",
          "The package holds '" + name + "', which is no file of a bundle.",
          "Pack only " + String.join(", ", ServerBundle.ALL) + ".");
    }
    if (before.stream().anyMatch(e -> e.name().equals(entry.name()))) {
      throw new HostException(
          "PACKAGE_TWICE",
          "The package holds '" + name + "' more than once.",
          "Pack the files anew into a new package.");
    }
    if ((entry.flags() & ENCRYPTED) != 0) {
      throw new HostException(
          "PACKAGE_ENCRYPTED",
          "'" + name + "' in the package is encrypted; gs_om opens no such package.",
          "Pack the files without a password.");
    }
    if (entry.size() > LARGEST_FILE) {
      throw tooLarge("'" + name + "' in the package has " + entry.size() + " bytes", LARGEST_FILE);
    }
  }

  private byte[] content(Entry entry, int next) throws HostException {
    int at = entry.at();
    if (at > next - LOCAL_BYTES || data.getInt(at) != LOCAL) {
      throw differs(entry);
    }
    int nameLength = data.getShort(at + 26) & 0xffff;
    long from = at + LOCAL_BYTES + nameLength + (data.getShort(at + 28) & 0xffffL);
    boolean streamed = (entry.flags() & STREAMED) != 0;
    if (from + entry.packed() > next
        || !name(at + LOCAL_BYTES, nameLength).equals(entry.name())
        || (data.getShort(at + 6) & 0xffff) != entry.flags()
        || (data.getShort(at + 8) & 0xffff) != entry.method()
        || !streamed && !sameSizes(at + 14, entry)) {
      throw differs(entry);
    }
    int behind = (int) (next - from - entry.packed());
    if (streamed ? behind != 12 && behind != 16 || !sameSizes(next - 12, entry) : behind != 0) {
      throw differs(entry);
    }
    byte[] content =
        unpacked(entry, Arrays.copyOfRange(zip, (int) from, (int) from + entry.packed()));
    if (content.length != entry.size() || (int) crc(content) != entry.crc()) {
      throw unreadable("'" + entry.name() + "' is damaged: its size or checksum is another");
    }
    return content;
  }

  private boolean sameSizes(int at, Entry entry) {
    return data.getInt(at) == entry.crc()
        && data.getInt(at + 4) == entry.packed()
        && data.getInt(at + 8) == entry.size();
  }

  /** Never more than the size that was announced, which is bounded. */
  private static byte[] unpacked(Entry entry, byte[] packed) throws HostException {
    if (entry.method() == STORED) {
      return packed;
    }
    if (entry.method() != DEFLATED) {
      throw unreadable("'" + entry.name() + "' is compressed in an unusual way");
    }
    Inflater inflater = new Inflater(true);
    try {
      inflater.setInput(packed);
      byte[] content = new byte[entry.size() + 1];
      int length = 0;
      int more;
      do {
        more = inflater.inflate(content, length, content.length - length);
        length += more;
      } while (more > 0 && length < content.length);
      if (!inflater.finished() || inflater.getRemaining() != 0) {
        throw unreadable("'" + entry.name() + "' holds more or less than it says");
      }
      return Arrays.copyOf(content, length);
    } catch (DataFormatException e) {
      throw unreadable("'" + entry.name() + "' is damaged");
    } finally {
      inflater.end();
    }
  }

  private static long crc(byte[] content) {
    CRC32 crc = new CRC32();
    crc.update(content);
    return crc.getValue();
  }

  private static HostException differs(Entry entry) {
    return unreadable("what it says of '" + entry.name() + "' in two places differs");
  }

  private static HostException unreadable(String why) {
    return new HostException(
        "PACKAGE_UNREADABLE",
        "The package cannot be read: " + why + ".",
        "Copy it again in binary, or pack the files anew with zip -j.");
  }

  private static HostException tooLarge(String what, int most) {
    return new HostException(
        "PACKAGE_TOO_LARGE",
        what + ", expected at most " + most + ".",
        "Check that this is the right package.");
  }
}
