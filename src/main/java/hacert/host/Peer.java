package hacert.host;

import java.nio.file.Path;
import java.time.Duration;
import java.util.OptionalInt;

/**
 * The other node, as this one reaches it.
 *
 * @param host name or address, or an alias of {@code ~/.ssh/config}
 * @param port port of its ssh server; empty: that of {@code ~/.ssh/config}, else 22
 * @param user user to log in as, unless {@code ~/.ssh/config} names another for this host
 * @param home home directory of this user here, which holds {@code .ssh}
 * @param connect how long connecting, checking the host key and logging in may take
 * @param idle how long the other side may be silent
 */
public record Peer(
    String host, OptionalInt port, String user, Path home, Duration connect, Duration idle) {}
