package hacert.policy;

import hacert.result.Finding;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;

/** Reads the files of a bundle from places that others can write to. */
public final class BundleFiles {
  private static final Set<OpenOption> OPTIONS =
      Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);

  /** A certificate has a few kilobytes, a chain of a hundred 200; what is larger is none. */
  public static final long LARGEST = 1 << 20;

  private static final int MOST = 16;

  /** How files are called that hold certificates or keys: the ends of their names. */
  private static final Set<String> EXTENSIONS =
      Set.of("crt", "cer", "cert", "pem", "der", "key", "p7b", "p7c", "p12", "pfx");

  private BundleFiles() {}

  /**
   * Reads a bundle as people hand it over: one file, or those files of a directory that may belong
   * to one.
   *
   * @param belongs whether a file of a directory may, by its name
   * @param largest the most bytes that a file may hold, by its name
   * @return at most 16 files, by name; one refusal where there is none
   */
  public static Map<String, BundleFile> given(
      Path path, Predicate<String> belongs, ToLongFunction<String> largest) {
    Map<String, BundleFile> files = new TreeMap<>();
    if (!Files.isDirectory(path)) {
      String name = String.valueOf(path.getFileName());
      files.put(name, read(path, largest.applyAsLong(name)));
      return files;
    }
    try (DirectoryStream<Path> all =
        Files.newDirectoryStream(path, file -> belongs.test(file.getFileName().toString()))) {
      for (Path file : all) {
        if (files.size() == MOST) {
          return Map.of(
              path.toString(),
              refused(
                  "FILE_TOO_LARGE",
                  path + " holds more than " + MOST + " files of certificates and keys.",
                  "Give a directory with the bundle's files alone."));
        }
        String name = file.getFileName().toString();
        files.put(name, read(file, largest.applyAsLong(name)));
      }
    } catch (IOException | DirectoryIteratorException e) {
      return Map.of(
          path.toString(),
          refused(
              "FILE_UNREADABLE",
              path + " cannot be listed.",
              "Check owner and mode of the directory."));
    }
    if (files.isEmpty()) {
      files.put(
          path.toString(),
          refused(
              "FILE_MISSING",
              path + " holds no file named as certificates and keys are.",
              "Give a directory with the certificates and keys, or one file with all of them."));
    }
    return files;
  }

  /** Whether a file is called as those are that hold certificates or keys. */
  public static boolean named(String name) {
    return EXTENSIONS.contains(name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT));
  }

  /**
   * Reads a regular file that is not a symbolic link. (Directories above it may be links.)
   *
   * @param maxBytes the most that it may hold, at most 2^31 - 9
   */
  public static BundleFile read(Path file, long maxBytes) {
    try {
      // Asked before opening, because opening a named pipe waits for its writer.
      BasicFileAttributes attributes =
          Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      if (!attributes.isRegularFile()) {
        return notRegular(file, attributes);
      }
      try (SeekableByteChannel channel = Files.newByteChannel(file, OPTIONS)) {
        return read(file, channel, maxBytes);
      }
    } catch (NoSuchFileException e) {
      return refused(
          "FILE_MISSING",
          file + " does not exist.",
          "Check the path; was the bundle copied completely?");
    } catch (AccessDeniedException e) {
      return refused(
          "FILE_UNREADABLE",
          file + " must not be read by user " + System.getProperty("user.name") + ".",
          "Check owner and mode of the file and of the directories above it.");
    } catch (IOException e) {
      return refused(
          "FILE_UNREADABLE",
          file + " cannot be read: " + reason(e) + ".",
          "Check the file system of this host.");
    }
  }

  private static String reason(IOException e) {
    return e instanceof FileSystemException system && system.getReason() != null
        ? system.getReason()
        : e.getClass().getSimpleName();
  }

  /** Reads on to the limit whatever size was announced: the file may be growing. */
  private static BundleFile read(Path file, SeekableByteChannel channel, long maxBytes)
      throws IOException {
    if (channel.size() > maxBytes) {
      return tooLarge(file, maxBytes);
    }
    ByteBuffer buffer = ByteBuffer.allocate(Math.toIntExact(maxBytes + 1));
    while (buffer.hasRemaining() && channel.read(buffer) >= 0) {
      // The condition does it all.
    }
    byte[] bytes = Arrays.copyOf(buffer.array(), buffer.position());
    Arrays.fill(buffer.array(), 0, buffer.position(), (byte) 0);
    if (bytes.length > maxBytes) {
      Arrays.fill(bytes, (byte) 0);
      return tooLarge(file, maxBytes);
    }
    if (bytes.length == 0) {
      return refused("FILE_EMPTY", file + " is empty.", "Copy the file again.");
    }
    return new BundleFile.Content(bytes);
  }

  private static BundleFile notRegular(Path file, BasicFileAttributes attributes) {
    String kind =
        attributes.isSymbolicLink()
            ? "a symbolic link"
            : attributes.isDirectory() ? "a directory" : "a device, pipe or socket";
    return refused(
        "FILE_NOT_REGULAR",
        "Expected a regular file at " + file + ", got " + kind + ".",
        "Give the path of the file itself.");
  }

  private static BundleFile tooLarge(Path file, long maxBytes) {
    return refused(
        "FILE_TOO_LARGE",
        file + " holds more than the " + maxBytes + " bytes expected at most.",
        "Check that this is the right file. A longer CRL cannot be installed: leave it out, or have"
            + " the CA issue one without certificates that have ended.");
  }

  private static BundleFile refused(String code, String message, String remedy) {
    return new BundleFile.Refused(Finding.error(code, message, remedy));
  }
}
