package hacert.opengauss;

import hacert.host.CleanText;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a call of {@code gs_om} (cert, rollback, stop, start) says of itself. It is for people alone
 * and gates nothing: the texts differ between versions, and success is said where there is none.
 *
 * @param saysSuccess whether a text of success is there and none of failure
 * @param gaussCode the vendor's code of the first failure, as {@code GAUSS-51607}
 * @param firstError the first line that tells of a failure, at most 400 characters; empty for none
 */
public record GsOmOutput(boolean saysSuccess, Optional<String> gaussCode, String firstError) {
  private static final Pattern CODE = Pattern.compile("\\[(GAUSS-[0-9]{1,6})\\]");

  /** In lower case. */
  private static final List<String> SUCCESS =
      List.of(
          "successfully distributed cert files",
          "replace ssl cert files with local mode successfully",
          "successfully rollback ssl cert files",
          "successfully stopped",
          "successfully started");

  /** In lower case. The fourth comes with exit code 0 from a rollback that found no backup. */
  private static final List<String> FAILURE =
      List.of("fail", "error", "degraded", "there is not", "does not exist", "missing");

  private static final int LONGEST = 1 << 20;
  private static final int LONGEST_ERROR = 400;

  /** Reads both outputs together; what comes after the first megabyte is not looked at. */
  public static GsOmOutput parse(String output) {
    String text = CleanText.of(output.substring(0, Math.min(output.length(), LONGEST)));
    List<String> lines = text.lines().map(String::strip).toList();
    String error =
        lines.stream()
            .filter(line -> CODE.matcher(line).find())
            .findFirst()
            .or(() -> lines.stream().filter(line -> says(FAILURE, line)).findFirst())
            .orElse("");
    Matcher code = CODE.matcher(error);
    return new GsOmOutput(
        error.isEmpty() && lines.stream().anyMatch(line -> says(SUCCESS, line)),
        code.find() ? Optional.of(code.group(1)) : Optional.empty(),
        error.substring(0, Math.min(error.length(), LONGEST_ERROR)));
  }

  private static boolean says(List<String> texts, String line) {
    String lower = line.toLowerCase(Locale.ROOT);
    return texts.stream().anyMatch(lower::contains);
  }
}
