package hacert.fuzz;

import com.fasterxml.jackson.databind.JsonNode;
import hacert.host.HostException;
import hacert.oms.MrsTarget;
import hacert.opengauss.OpenGaussTarget;
import hacert.target.Bundle;
import hacert.target.Profiles;
import hacert.target.Secret;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;

/** A profile file, and what it lays over the profiles of both targets. */
public final class ProfileFuzz {
  private ProfileFuzz() {}

  /** It fits, or it is refused as a profile. */
  public static void fuzzerTestOneInput(byte[] yaml) {
    try (Bundle none = new Bundle(Map.of());
        Secret password = new Secret("Gauss@12".getBytes(StandardCharsets.US_ASCII))) {
      JsonNode overrides = Profiles.overrides(yaml);
      Clock clock = Clock.systemUTC();
      for (String profile : new String[] {"mrs-2x", "mrs-3x"}) {
        refusable(
            () -> new MrsTarget().validate(profile, overrides, none, Optional.of(password), clock));
      }
      refusable(
          () ->
              new OpenGaussTarget()
                  .validate("opengauss", overrides, none, Optional.of(password), clock));
    } catch (HostException e) {
      refused(e);
    }
  }

  private interface Validation {
    Object run() throws HostException;
  }

  private static void refusable(Validation validation) {
    try {
      validation.run();
    } catch (HostException e) {
      refused(e);
    }
  }

  private static void refused(HostException e) {
    Properties.check(e.code().equals("PROFILE_INVALID"), "refused as " + e.code());
    Properties.message(e.getMessage());
  }
}
