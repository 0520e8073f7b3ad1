package hacert.opengauss;

import hacert.host.HostException;
import hacert.policy.BundleFile;
import hacert.policy.BundleFiles;
import hacert.result.Finding;
import hacert.target.Bundle;
import hacert.target.Options;
import hacert.target.RestartNeed;
import hacert.target.RestartNeed.Scope;
import hacert.target.Secret;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * Why a cluster has to be stopped and started for other files. Certificates, keys, CAs and what a
 * CRL holds are read for each new connection; what is read once only are the key's password, the
 * setting that names the CRL, and what the cluster manager and other channels use.
 */
final class RestartReasons {
  private final LocalNode node;
  private final Options options;
  private final boolean astray;

  /**
   * @param astray whether the server answers with something else than what is installed
   */
  RestartReasons(LocalNode node, Options options, boolean astray) {
    this.node = node;
    this.options = options;
    this.astray = astray;
  }

  RestartNeed of(Function<Path, Optional<byte[]>> content, Map<String, String> settings) {
    List<Finding> findings = new ArrayList<>();
    List<String> reasons = new ArrayList<>();
    try {
      reasons.addAll(reasons(content, settings));
      if (options.restart() == Options.Restart.ALWAYS) {
        reasons.add("hacert_restart is always");
      }
      if (!reasons.isEmpty() && options.restart() == Options.Restart.NEVER) {
        findings.add(
            Finding.error(
                "RESTART_NEEDED",
                "hacert_restart is never, and without a restart new connections would fail or go on"
                    + " with what is loaded: "
                    + String.join("; ", reasons)
                    + ".",
                "Leave hacert_restart at auto; or keep the key password, and the CRL as it is."));
      }
      if (!reasons.isEmpty()) {
        roles().ifPresent(findings::add);
        findings.add(
            Finding.warning(
                "CLUSTER_RESTART",
                "all nodes are stopped and started, because " + String.join("; ", reasons),
                ""));
      }
    } catch (HostException e) {
      findings.add(e.finding());
    }
    return reasons.isEmpty()
        ? new RestartNeed(
            Scope.NONE, "the server reads these files for each new connection", findings)
        : new RestartNeed(Scope.CLUSTER, String.join("; ", reasons), findings);
  }

  private List<String> reasons(
      Function<Path, Optional<byte[]>> content, Map<String, String> settings) throws HostException {
    List<String> reasons = new ArrayList<>();
    Path data = node.dataDirectory();
    if (passwordChanges(data, content)) {
      reasons.add("the key password changes");
    }
    if (astray) {
      reasons.add("the server answers with something else than what is installed");
    }
    boolean named = !node.configuration().crlFile().isEmpty();
    boolean there = content.apply(data.resolve(ServerBundle.CRL)).isPresent();
    boolean wanted = !CrlSetting.wanted(there, settings).isEmpty();
    if (named != wanted) {
      reasons.add(wanted ? "a CRL is added" : "the CRL is taken away");
    }
    Installation installation = node.installation();
    if (node.known().managed() || installation.cm().isPresent()) {
      reasons.add("the cluster manager loads its certificates when it starts");
    }
    if (installation.dss().isPresent()) {
      reasons.add("the shared storage's channels load their certificates when they start");
    }
    node.configuration()
        .otherChannels()
        .forEach(c -> reasons.add(c + " loads its certificates when the server starts"));
    // Where no program tells the version, the status does: old ones print no ports.
    boolean rereads =
        installation
            .version()
            .map(ServerVersion::rereadsCertificates)
            .orElse(node.known().datanodes().stream().allMatch(d -> d.port().isPresent()));
    if (!rereads) {
      reasons.add("a server older than 1.1 loads certificates when it starts");
    }
    return reasons;
  }

  /** One that cannot be read counts as another. */
  private static boolean passwordChanges(Path data, Function<Path, Optional<byte[]>> content) {
    Bundle before = pair(data, RestartReasons::installed);
    Bundle after = pair(data, content);
    boolean same =
        before.files().keySet().equals(after.files().keySet())
            && before.files().entrySet().stream()
                .allMatch(e -> Arrays.equals(e.getValue(), after.files().get(e.getKey())));
    if (same) {
      return false;
    }
    byte[] old = {};
    byte[] next = {};
    try (Secret a = InstalledBundle.password(before, "");
        Secret b = InstalledBundle.password(after, "")) {
      old = a.copy();
      next = b.copy();
      return !Arrays.equals(old, next);
    } catch (HostException e) {
      return true;
    } finally {
      Arrays.fill(old, (byte) 0);
      Arrays.fill(next, (byte) 0);
    }
  }

  private static Optional<byte[]> installed(Path file) {
    return BundleFiles.read(file, KeyPassword.CIPHER_BYTES) instanceof BundleFile.Content found
        ? Optional.of(found.bytes())
        : Optional.empty();
  }

  private static Bundle pair(Path data, Function<Path, Optional<byte[]>> content) {
    Map<String, byte[]> files = new LinkedHashMap<>();
    for (String end : List.of(ServerBundle.CIPHER, ServerBundle.RAND)) {
      String name = ServerBundle.SERVER_KEY + end;
      content.apply(data.resolve(name)).ifPresent(bytes -> files.put(name, bytes));
    }
    return new Bundle(files);
  }

  /**
   * gs_om starts each node in the role that its configuration knows, which may be an old one. A
   * cluster manager chooses them itself, whatever was installed.
   */
  private Optional<Finding> roles() throws HostException {
    if (!node.known().switchedOver() || node.known().managed()) {
      return Optional.empty();
    }
    String message =
        "nodes have other roles now than at the installation, and gs_om -t start uses those that its"
            + " configuration knows";
    return Optional.of(
        node.rolesWritten().orElse(false)
            ? Finding.warning(
                "ROLES_SWITCHED", message + "; before the stop they are written there anew", "")
            : Finding.error(
                "ROLES_SWITCHED",
                message + ": the old primary would come up as primary beside the new one's data",
                "Run gs_om -t refreshconf on the primary, then run again."));
  }
}
