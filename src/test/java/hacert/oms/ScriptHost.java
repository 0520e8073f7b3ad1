package hacert.oms;

import com.fasterxml.jackson.databind.JsonNode;
import hacert.host.Commands;
import hacert.host.Detached;
import hacert.host.HostException;
import hacert.host.LoginEnvironment;
import hacert.host.Terminal;
import hacert.host.User;
import hacert.result.Json;
import hacert.target.Host;
import hacert.target.NodeIdentity;
import hacert.target.Profiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A vendor tree in a temporary directory, whose scripts each test writes itself. */
final class ScriptHost {
  final Path base;
  final Map<String, String> variables = new HashMap<>(Map.of("PATH", "/usr/bin:/bin"));
  Clock clock = Clock.systemUTC();

  /** For deadlines; the clock where there is none. */
  InstantSource ticks;

  String overrides = "{}";

  ScriptHost(Path base) throws IOException {
    this.base = base;
    variables.put("BIGDATA_HOME", base.resolve("Bigdata").toString());
    variables.put("OMS_RUN_PATH", base.resolve("OMS").toString());
    Files.createDirectories(certHa());
    Files.createDirectories(base.resolve("OMS/workspace0/ha/local/cert"));
    Files.createDirectories(base.resolve("OMS/workspace0/ha/local/hacom/conf"));
    Files.createDirectories(sbin());
    script("replacehaSSLCert.sh", "exit 9");
    script("restart-oms.sh", "exit 9");
    script("status-oms.sh", "exit 9");
  }

  Path certHa() {
    return base.resolve("Bigdata/om-0.0.1/security/certHA");
  }

  Path sbin() {
    return base.resolve("Bigdata/om-0.0.1/sbin");
  }

  void script(String name, String text) throws IOException {
    Files.writeString(sbin().resolve(name), text + "\n");
  }

  /** The status says that HA runs since the time in file {@code start}. */
  void startTime(String text) throws IOException {
    Files.writeString(base.resolve("start"), text);
    script(
        "status-oms.sh",
        """
        echo HAMode; echo double
        echo NodeName HostName HAVersion StartTime HAActive HAAllResOK HARunPhase
        echo 192-0-2-11 mgmt1 V1 $(cat %s) active normal Actived
        echo 192-0-2-12 mgmt2 V1 2014-11-21 07:14:02 standby normal Deactived
        """
            .formatted(base.resolve("start")));
  }

  Host host() {
    return new Host(
        new LoginEnvironment(variables, "0077", base),
        Commands.system(),
        Terminal.system(),
        Detached.system(),
        Map.of(),
        User.own(),
        clock,
        ticks == null ? clock : ticks,
        new SecureRandom());
  }

  MrsProfile profile() throws HostException, IOException {
    JsonNode json = Json.mapper().readTree(overrides);
    return Profiles.load("mrs-2x", "mrs-ha", json, MrsProfile.class);
  }

  MrsLayout layout() throws HostException, IOException {
    return MrsLayout.of(profile(), host().login());
  }

  ReplaceStep replace() throws HostException, IOException {
    return new ReplaceStep(host(), layout(), profile().replace());
  }

  RestartStep restart() throws HostException, IOException {
    return new RestartStep(
        host(),
        layout(),
        profile().restart(),
        status(),
        new SelfRow(new NodeIdentity("mgmt1", "192.0.2.11", 22, ""), Map.of()));
  }

  StatusCommand status() throws HostException, IOException {
    return new StatusCommand(host(), layout().statusScript(), profile().status());
  }

  List<String> lines(String file) throws IOException {
    Path path = base.resolve(file);
    return Files.exists(path) ? Files.readAllLines(path) : List.of();
  }

  static Duration seconds(int seconds) {
    return Duration.ofSeconds(seconds);
  }
}
