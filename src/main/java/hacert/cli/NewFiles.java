package hacert.cli;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Writes several files of mode 0600 that must not be there yet: all of them, or none. A hard link
 * gives the name, because a rename would replace what is there.
 */
final class NewFiles {
  private NewFiles() {}

  /**
   * Writes them.
   *
   * @throws java.nio.file.FileAlreadyExistsException if one of them is there
   */
  static void write(Path directory, Map<String, byte[]> contents) throws IOException {
    List<Path> made = new ArrayList<>();
    try {
      for (Map.Entry<String, byte[]> entry : contents.entrySet()) {
        Path target = directory.resolve(entry.getKey());
        Path temporary = temporary(directory, entry.getValue());
        try {
          Files.createLink(target, temporary);
        } finally {
          Files.delete(temporary);
        }
        made.add(target);
      }
      try (FileChannel names = FileChannel.open(directory, StandardOpenOption.READ)) {
        names.force(true);
      }
    } catch (IOException e) {
      for (Path path : made) {
        Files.deleteIfExists(path);
      }
      throw e;
    }
  }

  private static Path temporary(Path directory, byte[] content) throws IOException {
    var mode = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
    Path temporary = Files.createTempFile(directory, ".hacert", ".new", mode);
    try (FileChannel channel = FileChannel.open(temporary, Set.of(StandardOpenOption.WRITE))) {
      ByteBuffer bytes = ByteBuffer.wrap(content);
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(true);
    } catch (IOException e) {
      Files.deleteIfExists(temporary);
      throw e;
    }
    return temporary;
  }
}
