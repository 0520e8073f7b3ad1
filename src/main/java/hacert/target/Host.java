package hacert.target;

import hacert.host.Commands;
import hacert.host.Deadline;
import hacert.host.Detached;
import hacert.host.LoginEnvironment;
import hacert.host.Terminal;
import hacert.host.User;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;

/**
 * The host that this program runs on, as far as a target needs it.
 *
 * @param login the environment of the user's login shell, in which vendor commands run
 * @param commands runs commands
 * @param terminal runs scripts that ask
 * @param detached runs commands that change services
 * @param environment the environment of this call, which sshd gave it
 * @param user whom this program runs as
 * @param clock tells the time
 * @param ticks goes on evenly, whatever is done to the clock: for deadlines, and nothing else
 * @param random makes keys and serial numbers
 */
public record Host(
    LoginEnvironment login,
    Commands commands,
    Terminal terminal,
    Detached detached,
    Map<String, String> environment,
    User user,
    Clock clock,
    InstantSource ticks,
    SecureRandom random) {

  /** So long from now, and no step of the clock brings it nearer. */
  public Deadline in(Duration time) {
    return Deadline.in(time, ticks);
  }

  /** So many seconds from now. */
  public Deadline inSeconds(long seconds) {
    return in(Duration.ofSeconds(seconds));
  }
}
