package hacert.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import hacert.host.HostException;
import hacert.target.Profiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What {@code --profile-file} lays over a profile. */
final class ProfileFile {
  private ProfileFile() {}

  /**
   * Reads it.
   *
   * @throws UsageProblem if it is no YAML mapping
   */
  static ObjectNode read(Path file) throws IOException {
    try {
      return Profiles.overrides(Files.readAllBytes(file));
    } catch (HostException e) {
      throw new UsageProblem(file + ": " + e.getMessage());
    }
  }
}
