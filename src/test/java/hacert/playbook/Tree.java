package hacert.playbook;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** What lies below a directory, to be compared with itself later: names, bytes, modes, owners. */
final class Tree {
  private Tree() {}

  /** Everything, with the times of change. */
  static Map<String, String> withTimes(Path root, Predicate<Path> skipped) {
    return of(root, skipped, true);
  }

  /** Everything but the times of change. */
  static Map<String, String> of(Path root) {
    return of(root, path -> false, false);
  }

  /** The same without what is skipped. */
  static Map<String, String> of(Path root, Predicate<Path> skipped) {
    return of(root, skipped, false);
  }

  private static Map<String, String> of(Path root, Predicate<Path> skipped, boolean times) {
    Map<String, String> seen = new TreeMap<>();
    try (Stream<Path> all = Files.walk(root)) {
      for (Path path : all.filter(p -> !skipped.test(p)).toList()) {
        seen.put(root.relativize(path).toString(), describe(path, times));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return seen;
  }

  private static String describe(Path path, boolean times) throws IOException {
    try {
      Map<String, Object> is =
          Files.readAttributes(
              path, "unix:mode,uid,gid,lastModifiedTime", LinkOption.NOFOLLOW_LINKS);
      String content = "";
      if (Files.isSymbolicLink(path)) {
        content = Files.readSymbolicLink(path).toString();
      } else if (Files.isRegularFile(path)) {
        content = sha256(Files.readAllBytes(path));
      }
      return String.format(
          "%o %s:%s %s %s",
          (Integer) is.get("mode"),
          is.get("uid"),
          is.get("gid"),
          times ? is.get("lastModifiedTime") : "",
          content);
    } catch (NoSuchFileException e) {
      return "gone while it was read";
    }
  }

  static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
