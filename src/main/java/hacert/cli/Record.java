package hacert.cli;

import hacert.host.HostException;
import hacert.result.Finding;
import hacert.result.Outcome;
import hacert.target.Host;
import hacert.target.ManagedNode;
import hacert.target.NodeIdentity;
import hacert.target.Target;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Writes what the vendor's scripts printed, without what tells of the site. */
@Command(
    name = "record",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    sortOptions = false,
    description = {
      "Writes what the vendor's scripts printed, without what tells of the site.",
      "That is: the status (status-oms.sh, gs_om -t status --detail) as it prints now, and what",
      "makes (gen-cert.sh) and replaces certificates and restarts, as it printed in the last",
      "rotation. Addresses, names of hosts and users, and what looks like a secret are replaced,",
      "each by the same value everywhere; columns stay where they are.",
      "Changes nothing else, and never replaces a file."
    },
    footer = {
      "",
      "Made for test fixtures: real output of a version that this program does not know yet.",
      "Read the files before you give them away: only a person knows what else tells of a site.",
      "",
      "Examples:",
      "  mkdir recorded && hacert record prod_mrs1 --out recorded",
      "  hacert record prod_mrs1 --out recorded --target mrs-ha --profile mrs-2x --self mgmt1"
    })
final class Record implements Callable<Integer> {
  @Mixin private ClusterOptions cluster;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "DIR",
      description = "existing directory for the files")
  private Path directory;

  @Mixin private Output output;

  private final Surroundings surroundings;

  Record(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() throws IOException {
    ResultBuilder result = new ResultBuilder("record", surroundings);
    List<Path> written = new ArrayList<>();
    if (Files.isDirectory(directory)) {
      try {
        write(texts(result), written);
      } catch (HostException e) {
        result.finding(e.finding());
      } catch (FileAlreadyExistsException e) {
        result.finding(
            Finding.error(
                "OUT_EXISTS",
                "A file of such a name is in " + directory + " already; nothing was written.",
                "Give another directory."));
      } catch (IOException e) {
        result.finding(
            Finding.error(
                "OUT_NOT_WRITABLE",
                "The files cannot be written to " + directory + ": " + e.getMessage() + ".",
                "Check owner, mode and free space of the directory."));
      }
    } else {
      result.finding(
          Finding.error(
              "OUT_NOT_A_DIRECTORY",
              "Expected a directory at " + directory + ".",
              "Make it, with mode 0700."));
    }
    return output.give(
        result.build(Outcome.SUCCEEDED),
        out -> written.forEach(path -> out.println("Wrote " + Texts.safe(path.toString()))));
  }

  private Map<String, String> texts(ResultBuilder result) throws HostException, IOException {
    Target target = Wiring.targets().get(cluster.target());
    if (target == null) {
      throw new UsageProblem("expected --target " + Wiring.targets().keySet());
    }
    Host host = Wiring.host();
    ManagedNode node =
        target.open(
            host,
            cluster.self(),
            cluster.profile(),
            cluster.profileOverrides(),
            cluster.settings(false, 0).options());
    String status = node.statusText();
    List<String> listed = node.hostsIn(status);
    if (listed.isEmpty()) {
      result.finding(
          Finding.warning(
              "STATUS_UNREADABLE",
              "what the status script prints has no table of nodes, so the names of hosts in it"
                  + " are not known",
              "Look for names of hosts in the file before you give it away."));
    }
    Redaction redaction = new Redaction(hosts(listed), users());
    Map<String, String> texts = new LinkedHashMap<>();
    texts.put("status", redaction.of(status));
    cluster.recorded().forEach((name, text) -> texts.put(name, redaction.of(text)));
    if (texts.size() == 1) {
      result.finding(
          Finding.info(
              "NOTHING_RECORDED", "this host keeps no output of a rotation of this cluster"));
    }
    return texts;
  }

  /** The vendor's scripts know neither the inventory's names nor that of the cluster. */
  private List<String> hosts(List<String> listed) {
    List<NodeIdentity> nodes = new ArrayList<>(cluster.kept().nodes());
    nodes.add(cluster.self());
    return Stream.of(
            listed.stream(),
            nodes.stream().flatMap(n -> Stream.of(n.address(), n.statusName())),
            Stream.of(surroundings.hostName(), System.getenv().getOrDefault("HOSTNAME", "")))
        .flatMap(names -> names)
        .flatMap(name -> Stream.of(name, name.replaceFirst("\\..*", "")))
        .filter(name -> !name.matches("[\\d._:-]*|localhost"))
        .toList();
  }

  /** Who is at work now, and who was in the last rotation. */
  private List<String> users() {
    return Stream.of(
            cluster.kept().operator(),
            System.getProperty("user.name", ""),
            System.getenv().getOrDefault("SUDO_USER", ""),
            System.getenv().getOrDefault("LOGNAME", ""))
        .toList();
  }

  private void write(Map<String, String> texts, List<Path> written) throws IOException {
    Map<String, byte[]> files = new LinkedHashMap<>();
    texts.forEach((name, text) -> files.put(name + ".txt", text.getBytes(StandardCharsets.UTF_8)));
    NewFiles.write(directory, files);
    files.keySet().forEach(name -> written.add(directory.resolve(name)));
  }
}
