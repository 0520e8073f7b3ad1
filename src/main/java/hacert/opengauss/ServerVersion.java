package hacert.opengauss;

import hacert.host.CleanText;
import java.util.Comparator;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A version of openGauss, as in {@code gaussdb (openGauss 5.0.0 build a07d57c3) compiled at …}.
 *
 * @param major first number
 * @param minor second number
 * @param patch third number
 * @param candidate number of the release candidate; empty for a release
 */
public record ServerVersion(int major, int minor, int patch, OptionalInt candidate)
    implements Comparable<ServerVersion> {

  /** Forks have other names and numbers of their own, which say nothing here. */
  private static final Pattern PRINTED =
      Pattern.compile(
          "(?m)^[ \\t]{0,99}(?:gaussdb|gs_om|gsql|gs_ctl)[ \\t]{1,9}\\({1,2}openGauss(?:-lite)?(?: OM)?"
              + " ([0-9]{1,4})\\.([0-9]{1,4})\\.([0-9]{1,4})(?:-RC([0-9]{1,4}))?(?=[ .)-])");

  private static final Comparator<ServerVersion> ORDER =
      Comparator.comparingInt(ServerVersion::major)
          .thenComparingInt(ServerVersion::minor)
          .thenComparingInt(ServerVersion::patch)
          .thenComparingInt(v -> v.candidate().orElse(Integer.MAX_VALUE));

  private static final int LONGEST = 1 << 16;

  /**
   * Reads what {@code gaussdb -V}, {@code gs_om -V} or {@code gsql -V} printed; empty for another
   * product and for a text that names none.
   */
  public static Optional<ServerVersion> parse(String text) {
    if (text.length() > LONGEST) {
      return Optional.empty();
    }
    Matcher printed = PRINTED.matcher(CleanText.of(text));
    if (!printed.find()) {
      return Optional.empty();
    }
    String candidate = printed.group(4);
    return Optional.of(
        new ServerVersion(
            Integer.parseInt(printed.group(1)),
            Integer.parseInt(printed.group(2)),
            Integer.parseInt(printed.group(3)),
            candidate == null ? OptionalInt.empty() : OptionalInt.of(Integer.parseInt(candidate))));
  }

  /**
   * Whether the server reads certificate, key, CA and CRL anew for each TLS connection: from 1.1.
   */
  public boolean rereadsCertificates() {
    return atLeast(1, 1);
  }

  /** Whether the server loads ECDSA keys: from 2.1. */
  public boolean allowsEcdsa() {
    return atLeast(2, 1);
  }

  /** Whether {@code gs_om -t cert} fills {@code share/sslcert/om} too, not only data: from 5.0. */
  public boolean installsOmDirectory() {
    return atLeast(5, 0);
  }

  /** A release candidate has what its release has. */
  private boolean atLeast(int wantedMajor, int wantedMinor) {
    return major > wantedMajor || major == wantedMajor && minor >= wantedMinor;
  }

  /** By the numbers; candidates come before their release. */
  @Override
  public int compareTo(ServerVersion other) {
    return ORDER.compare(this, other);
  }

  /** Such as {@code 6.0.0-RC1}. */
  @Override
  public String toString() {
    String numbers = major + "." + minor + "." + patch;
    return candidate.isPresent() ? numbers + "-RC" + candidate.getAsInt() : numbers;
  }
}
