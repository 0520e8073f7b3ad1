package hacert.opengauss;

import hacert.fuzz.Properties;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;

/**
 * The archive in which gs_om keeps its backup. An input is what is in it, for a mutated checksum of
 * the compression would end each try; its first byte says whether it is compressed already.
 */
public final class BackupArchiveFuzz {
  private static final int LARGEST = 1 << 20;

  private BackupArchiveFuzz() {}

  /** Files of a bundle and no other, or an exception of its own. */
  public static void fuzzerTestOneInput(byte[] input) {
    try {
      Map<String, byte[]> files =
          BackupArchive.read(
              input.length > 0 && input[0] == 0x1f ? input : compressed(input),
              ServerBundle.ALL,
              LARGEST);
      Properties.check(ServerBundle.ALL.containsAll(files.keySet()), "files that are of no bundle");
      Properties.check(
          List.copyOf(files.values()).stream().allMatch(f -> f.length <= LARGEST), "a large file");
    } catch (IOException e) {
      Properties.plain(String.valueOf(e.getMessage()));
    }
  }

  private static byte[] compressed(byte[] input) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
      gzip.write(input);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }
}
