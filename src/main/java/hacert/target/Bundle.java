package hacert.target;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

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

  /** What it brings to a path: its file of that name; empty where it has none. */
  public Optional<byte[]> at(Path path) {
    return Optional.ofNullable(files.get(path.getFileName().toString()));
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
