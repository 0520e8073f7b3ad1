package hacert.rotation;

import static org.assertj.core.api.Assertions.assertThat;

import hacert.oms.MrsTarget;
import hacert.result.CertificateSummary;
import hacert.result.Exit;
import hacert.result.Json;
import hacert.result.Result;
import hacert.rotation.Discovery.Loaded;
import hacert.target.Host;
import hacert.target.ManagedNode;
import hacert.target.Options;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which generation a node runs, where it can be seen what is served there. */
class LoadedTest {
  private static final String OTHER = "00".repeat(32);

  @TempDir Path base;
  private TwoHosts pair;
  private Plan plan;
  private List<Result> staged;
  private String old;

  @BeforeEach
  void stage() throws Exception {
    pair = new TwoHosts(base);
    plan = pair.plan();
    staged = pair.stage(plan);
    old = leaf();
  }

  private String leaf() throws Exception {
    return real(pair.one.open()).installed().stream()
        .filter(c -> c.source().endsWith("server.crt"))
        .map(CertificateSummary::sha256)
        .findFirst()
        .orElseThrow();
  }

  private ManagedNode real(Host host) throws Exception {
    return new MrsTarget()
        .open(
            host,
            pair.one.identity,
            "mrs-2x",
            Json.mapper().createObjectNode(),
            Options.defaults());
  }

  /** What is said of the first node when it is seen to serve this. */
  private Loaded loaded(String served) throws Exception {
    Host host = pair.one.open();
    ManagedNode real = real(host);
    ManagedNode node =
        (ManagedNode)
            Proxy.newProxyInstance(
                ManagedNode.class.getClassLoader(),
                new Class<?>[] {ManagedNode.class},
                (proxy, method, arguments) ->
                    method.getName().equals("served") ? served : method.invoke(real, arguments));
    Site site =
        new Site(
            null,
            null,
            host,
            null,
            new MrsTarget(),
            node,
            new StateDirectory(pair.one.state()),
            "test");
    return Discover.loaded(site, pair.one.journal(), node.serviceStart());
  }

  private void apply() {
    assertThat(pair.ask("apply", pair.one, plan, staged, null).outcome().good()).isTrue();
  }

  @Test
  void a_node_that_serves_its_old_certificate_after_its_restart_runs_the_old_generation()
      throws Exception {
    apply();
    assertThat(loaded(old)).isEqualTo(Loaded.OLD);
  }

  @Test
  void a_node_that_serves_what_nobody_knows_runs_an_unknown_generation() throws Exception {
    apply();
    assertThat(loaded(OTHER)).isEqualTo(Loaded.UNKNOWN);
  }

  @Tag("long")
  @Test
  void a_node_that_serves_what_is_installed_runs_the_new_generation() throws Exception {
    apply();
    assertThat(loaded(leaf())).isEqualTo(Loaded.NEW);
  }

  @Test
  void where_nothing_is_seen_the_start_of_the_process_tells() throws Exception {
    assertThat(loaded("")).isEqualTo(Loaded.OLD);
    apply();
    assertThat(loaded("")).isEqualTo(Loaded.NEW);
  }

  @Test
  void what_is_served_never_makes_a_node_new_that_was_not_restarted() throws Exception {
    assertThat(loaded(OTHER)).isEqualTo(Loaded.OLD);
  }

  @Tag("long")
  @Test
  void an_older_generation_that_was_asked_for_is_the_new_one() throws Exception {
    assertThat(pair.rotate().exit()).isEqualTo(Exit.DONE);
    String newer = leaf();
    assertThat(pair.anotherRun().rollback().exit()).isEqualTo(Exit.DONE);
    assertThat(loaded(old)).isEqualTo(Loaded.NEW);
    assertThat(loaded(newer)).isEqualTo(Loaded.OLD);
  }
}
