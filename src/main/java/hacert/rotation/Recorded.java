package hacert.rotation;

import hacert.host.HostException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/** What the vendor's scripts printed in the last rotation of a cluster, as this host keeps it. */
public final class Recorded {
  /** Scripts print a few kilobytes; of one that goes wild the beginning is enough. */
  private static final int MOST = 256 << 10;

  private Recorded() {}

  /**
   * Reads it.
   *
   * @param home home directory
   * @param stateDir state directory, relative to it
   * @param cluster name of the cluster
   * @return text by what printed it, as {@code generate-1}, {@code replace-1}, {@code restart-1},
   *     {@code restart-back-1}; empty if nothing is kept
   * @throws HostException if what is kept cannot be read
   */
  public static Map<String, String> read(Path home, String stateDir, String cluster)
      throws HostException {
    StateDirectory state = new StateDirectory(home.resolve(stateDir).resolve(cluster));
    Optional<Journal> journal = new JournalStore(state).load();
    Map<String, String> texts = new TreeMap<>();
    if (journal.isEmpty()) {
      return texts;
    }
    Path rotation = state.rotation(journal.get().rotation());
    try {
      for (Path output : outputs(rotation)) {
        try (InputStream in = Files.newInputStream(output)) {
          texts.put(
              output.getParent().getFileName().toString(),
              new String(in.readNBytes(MOST), StandardCharsets.UTF_8));
        }
      }
      return texts;
    } catch (IOException e) {
      throw new HostException(
          "FILE_NOT_READABLE", rotation + " cannot be read: " + e, "Check its owner and mode.");
    }
  }

  private static List<Path> outputs(Path rotation) throws IOException {
    if (!Files.isDirectory(rotation)) {
      return List.of();
    }
    try (Stream<Path> all = Files.list(rotation)) {
      return all.map(d -> d.resolve("output")).filter(Files::isRegularFile).toList();
    }
  }
}
