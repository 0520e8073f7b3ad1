package hacert.fuzz;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import hacert.host.HostException;
import hacert.oms.MrsTarget;
import hacert.target.Bundle;
import hacert.target.Secret;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.Optional;

/** A file of a given CA, in whatever form: PEM, DER, PKCS#7, PKCS#12. */
public final class KeyFilesFuzz {
  private static final Clock CLOCK =
      Clock.fixed(Instant.parse("2026-11-22T08:00:00Z"), ZoneOffset.UTC);

  private KeyFilesFuzz() {}

  /** Findings, whatever the file is. */
  public static void fuzzerTestOneInput(byte[] file) throws HostException {
    try (Secret password = new Secret("Gauss@12".getBytes(StandardCharsets.US_ASCII))) {
      new MrsTarget()
          .validate(
              "mrs-2x",
              JsonNodeFactory.instance.objectNode(),
              new Bundle(Map.of("file", file)),
              Optional.of(password),
              CLOCK);
    }
  }
}
