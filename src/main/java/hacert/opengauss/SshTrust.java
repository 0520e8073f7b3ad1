package hacert.opengauss;

import hacert.host.CleanText;
import hacert.host.Command;
import hacert.host.CommandResult;
import hacert.host.HostException;
import hacert.host.LoginEnvironment;
import hacert.opengauss.ClusterStatus.Datanode;
import hacert.result.Finding;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Whether gs_om, called here, reaches all nodes: by ssh, which asks nobody for a password. */
final class SshTrust {
  private static final String AGENT = "SSH_AUTH_SOCK";

  /** The product's libraries are not those that the system's ssh was built with. */
  private static final String LIBRARIES = "LD_LIBRARY_PATH";

  private final LoginEnvironment login;
  private final Installation installation;

  private SshTrust(LoginEnvironment login, Installation installation) {
    this.login = login;
    this.installation = installation;
  }

  /**
   * With what gs_om gives ssh: the agent that {@code ~/.bashrc} names, and not the product's
   * libraries.
   *
   * @throws HostException if {@code ~/.bashrc} cannot be sourced
   */
  static SshTrust of(Installation installation) throws HostException {
    LoginEnvironment login = installation.login().without(LIBRARIES);
    Path file = login.home().resolve(".bashrc");
    if (!login.variables().containsKey(AGENT) && Files.isReadable(file)) {
      String agent =
          login
              .sourcing(installation.host().commands(), file, Installation.SOURCING)
              .variables()
              .getOrDefault(AGENT, "");
      login = agent.isEmpty() ? login : login.with(AGENT, agent);
    }
    return new SshTrust(login, installation);
  }

  /** A finding for each node that cannot be reached so. */
  List<Finding> missing(List<Datanode> rows) throws HostException {
    List<Finding> findings = new ArrayList<>();
    for (Datanode row : rows) {
      missing(row).ifPresent(findings::add);
    }
    return findings;
  }

  /** By the host name that gs_om knows, or by the address. */
  private Optional<Finding> missing(Datanode row) throws HostException {
    String said = "";
    for (String name : List.of(row.name(), row.address())) {
      CommandResult result = installation.host().commands().run(ssh(name));
      if (result.ok()) {
        return Optional.empty();
      }
      said = CleanText.of(result.stderr()).strip().lines().reduce((a, b) -> b).orElse("no answer");
    }
    return Optional.of(
        Finding.error(
            "SSH_DOWN",
            "gs_om is to work on all nodes from this one, by ssh, and "
                + row.name()
                + " cannot be reached from here by ssh without a password: "
                + said,
            "Mend the ssh trust between the nodes; or let each node work for itself, which needs none:"
                + " hacert_apply local, hacert_rollback vendor-local."));
  }

  private Command ssh(String name) {
    return Command.of(
            login, List.of("ssh", "-o", "BatchMode=yes", "-o", "ConnectTimeout=10", name, "true"))
        .withDeadline(Duration.ofSeconds(installation.profile().statusSeconds()));
  }
}
