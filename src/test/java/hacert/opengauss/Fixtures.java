package hacert.opengauss;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assertions;

/** Texts that the vendor's commands are known, or feared, to print. */
final class Fixtures {
  private static final Duration SOON = Duration.ofSeconds(20);

  private Fixtures() {}

  static String text(String directory, String name) {
    String path = "/hacert/opengauss/" + directory + "/" + name + ".txt";
    try (InputStream in = Fixtures.class.getResourceAsStream(path)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Stream<String> names(String directory) {
    Path files = Path.of("src/test/resources/hacert/opengauss", directory);
    try (Stream<Path> found = Files.list(files)) {
      List<String> names =
          found.map(f -> f.getFileName().toString().replace(".txt", "")).sorted().toList();
      return names.stream();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Random bytes, lines of a megabyte and what else must hold nobody up. */
  static List<String> hostile() {
    byte[] garbage = new byte[1 << 17];
    new Random(20261122).nextBytes(garbage);
    return Stream.concat(
            Stream.of(
                "",
                "\u0000",
                "\u001B[",
                "\u001B]0;",
                new String(garbage, StandardCharsets.UTF_8),
                new String(garbage, StandardCharsets.ISO_8859_1)),
            Stream.of("x", " ", "=", ":", "1 ", "'", "''", "\\", "|", "[", "\u001B[1;", "1:", "\n")
                .flatMap(u -> Stream.of(200_000, 1 << 23).map(size -> u.repeat(size / u.length()))))
        .toList();
  }

  static <T> T soon(Function<String, T> parser, String text) {
    return Assertions.assertTimeoutPreemptively(SOON, () -> parser.apply(text));
  }
}
