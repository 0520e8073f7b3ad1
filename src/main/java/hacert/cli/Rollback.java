package hacert.cli;

import hacert.rotation.Secrets;
import hacert.rotation.Settings;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Undoes an open rotation, or returns to an older generation, from one of the nodes. */
@Command(
    name = "rollback",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    sortOptions = false,
    description = {
      "Undoes the open rotation, or brings an older generation back.",
      "It goes the way of the playbook rollback-certs.yml."
    },
    footer = {
      "",
      "Examples:",
      "  hacert rollback prod_mrs1",
      "  hacert rollback prod_mrs1 --generation 3 --check"
    })
final class Rollback implements Callable<Integer> {
  @Mixin private ClusterOptions cluster;

  @Option(
      names = "--generation",
      paramLabel = "N",
      description = "the generation to bring back (default: the one before the last rotation)")
  private int generation;

  @Option(names = "--check", description = "dry run: nothing is written, nothing is restarted")
  private boolean check;

  @Mixin private Output output;

  private final Surroundings surroundings;

  Rollback(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() throws IOException {
    try (Secrets none = new Secrets(Map.of())) {
      return new Drive(surroundings, cluster, check)
          .run(
              "rollback",
              Settings.Intent.ROLLBACK,
              cluster.settings(false, generation),
              none,
              output);
    }
  }
}
