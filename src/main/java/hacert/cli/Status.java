package hacert.cli;

import hacert.result.CertificateSummary;
import hacert.result.Json;
import hacert.result.Result;
import hacert.rotation.Discovery;
import hacert.rotation.Journal;
import hacert.rotation.Request;
import hacert.rotation.Secrets;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Says what state this node is in. */
@Command(
    name = "status",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    sortOptions = false,
    description = {
      "Says what state this node is in.",
      "That is: its HA role, its certificates, the open or last rotation step by step, and the",
      "kept generations. Changes nothing."
    },
    footer = {
      "",
      "Examples:",
      "  hacert status prod_mrs1",
      "  hacert status prod_mrs1 --target mrs-ha --profile mrs-2x --self mgmt1=192.0.2.11"
    })
final class Status implements Callable<Integer> {
  @Mixin private ClusterOptions cluster;
  @Mixin private Output output;

  private final Surroundings surroundings;

  Status(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() throws IOException {
    Request request =
        cluster.request("discover", cluster.settings(false, 0), true, surroundings.hostName());
    Result result;
    try (Secrets none = new Secrets(Map.of())) {
      result = Wiring.operations().execute(request, none);
    }
    return output.give(result, out -> show(out, result));
  }

  private static void show(PrintWriter out, Result result) {
    if (result.data() == null || !result.data().has("discovery")) {
      return;
    }
    Discovery d = Json.mapper().convertValue(result.data().get("discovery"), Discovery.class);
    out.printf(
        "%s: HA role %s, user %s, state in %s%n",
        Texts.safe(d.node()), word(d.role()), d.user(), Texts.safe(d.stateDirectory()));
    out.println("Certificates:");
    for (CertificateSummary c : d.installed()) {
      out.printf(
          "  %s%n    %s, serial %s, %s %s%n",
          Texts.safe(c.source()),
          Texts.safe(c.subject()),
          c.serial(),
          d.clock().isBefore(c.notAfter()) ? "valid until" : "EXPIRED at",
          c.notAfter());
    }
    if (d.journal() != null) {
      rotation(out, d);
    }
    out.println(d.generations().isEmpty() ? "No generation is kept." : "Generations:");
    d.generations()
        .forEach(
            g ->
                out.printf(
                    "  %d, %s %s%s%s%n",
                    g.number(),
                    word(g.origin()),
                    g.created(),
                    g.proven() ? "" : ", unproven",
                    g.number() == d.current() ? ", installed now" : ""));
  }

  private static void rotation(PrintWriter out, Discovery d) {
    Journal journal = d.journal();
    out.printf(
        "Rotation %s: %s%s%n",
        journal.rotation(),
        journal.isOpen() ? "open" : word(journal.outcome()),
        journal.plan().named()
            ? ", " + Texts.safe(journal.plan().active()) + " named active by a person"
            : "");
    for (Journal.Entry e : journal.entries()) {
      out.printf("  %-18s %-7s %s%n", e.step(), word(e.state()), Texts.safe(e.note()));
    }
    if (d.open()) {
      out.printf(
          "  on disk: %s; loaded: %s; held by %s, process %s, until %s%n",
          word(d.files()),
          word(d.loaded()),
          Texts.safe(d.lease().host()),
          Texts.safe(d.lease().process()),
          d.lease().until());
    }
  }

  private static String word(Enum<?> value) {
    return value == null ? "unknown" : value.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
