package hacert.cli;

import hacert.host.Commands;
import hacert.host.Detached;
import hacert.host.HostException;
import hacert.host.LoginEnvironment;
import hacert.host.Peers;
import hacert.host.Terminal;
import hacert.host.Ticks;
import hacert.host.User;
import hacert.oms.MrsTarget;
import hacert.opengauss.OpenGaussTarget;
import hacert.rotation.Operations;
import hacert.target.Host;
import hacert.target.Target;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;

/** Puts the parts of this program together, for this machine. */
final class Wiring {
  private static final Duration PROFILE_DEADLINE = Duration.ofSeconds(30);

  private Wiring() {}

  /** The known targets, by name and in its order: messages list them. */
  static Map<String, Target> targets() {
    Target mrs = new MrsTarget();
    Target opengauss = new OpenGaussTarget();
    return new TreeMap<>(Map.of(mrs.name(), mrs, opengauss.name(), opengauss));
  }

  static Operations operations() {
    return new Operations(targets(), Wiring::host, Peers.ssh(), Version.text());
  }

  /** This machine, as its user has it after logging in. */
  static Host host() throws HostException {
    Commands commands = Commands.system();
    return new Host(
        LoginEnvironment.capture(commands, System.getenv(), PROFILE_DEADLINE),
        commands,
        Terminal.system(),
        Detached.system(),
        System.getenv(),
        User.own(),
        Clock.systemUTC(),
        Ticks.system(),
        new SecureRandom());
  }
}
