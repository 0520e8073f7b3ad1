package hacert.target;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The files to install, by name, in memory. Holds key material: closed after use.
 *
 * @param files content by file name, in the order in which they are written
 */
public record Bundle(Map<String, byte[]> files) implements AutoCloseable {
  /** Keeps the order of the files. */
  public Bundle {
    files = new LinkedHashMap<>(files);
  }

  @Override
  public void close() {
    files.values().forEach(content -> Arrays.fill(content, (byte) 0));
  }

  @Override
  public String toString() {
    return "Bundle" + files.keySet();
  }
}
