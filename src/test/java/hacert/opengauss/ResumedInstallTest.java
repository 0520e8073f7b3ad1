package hacert.opengauss;

import static org.assertj.core.api.Assertions.assertThat;

import hacert.result.Json;
import hacert.target.Bundle;
import hacert.target.InstallSpec;
import hacert.target.Made;
import hacert.target.ManagedNode;
import hacert.target.NodeIdentity;
import hacert.target.Options;
import hacert.target.Step;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whoever goes on with a rotation installs as it was planned, whatever hacert_apply says by now.
 */
class ResumedInstallTest {
  @TempDir private Path base;
  private GaussHost host;
  private Bundle bundle;

  @BeforeEach
  void build() throws Exception {
    host = new GaussHost(base);
    try (Made before = host.make(GaussHost.PASSWORD)) {
      host.install(before.bundle());
    }
    bundle = host.make(null).bundle();
    host.script(
        "gs_om",
        "[ \"$2\" = status ] && exec cat '" + base.resolve("status") + "'",
        "echo \"$*\" >>'" + base.resolve("calls") + "'",
        "for word; do case $word in --cert-file=*) zip=${word#--cert-file=} ;; esac; done",
        "python3 -m zipfile -e \"$zip\" \"$GAUSSHOME/share/sslcert/om\"",
        "cp \"$GAUSSHOME\"/share/sslcert/om/* '" + host.data() + "'");
    host.script("ssh", "exit 255");
  }

  private ManagedNode node(Options.Apply asked) throws Exception {
    host.options.put("apply", asked);
    return new OpenGaussTarget()
        .open(
            host.host(),
            new NodeIdentity("db1", "192.0.2.11", 22, ""),
            "opengauss",
            Json.mapper().createObjectNode(),
            host.options());
  }

  private InstallSpec spec(Options.Apply planned) {
    return new InstallSpec("rotation.db1", false, base.resolve("kept"), true, false, planned);
  }

  private String called(Options.Apply asked, Options.Apply planned) throws Exception {
    for (Step step : node(asked).install(bundle, Optional.empty(), spec(planned), List.of())) {
      step.action().run();
    }
    return Files.readString(base.resolve("calls")).strip();
  }

  @Test
  void a_node_that_was_to_work_for_itself_does_so() throws Exception {
    assertThat(called(Options.Apply.CLUSTER, Options.Apply.LOCAL)).endsWith(".zip -L");
    assertThat(node(Options.Apply.CLUSTER).checkInstall(spec(Options.Apply.LOCAL))).isEmpty();
  }

  @Test
  void a_node_that_was_to_work_for_all_does_so() throws Exception {
    assertThat(called(Options.Apply.LOCAL, Options.Apply.CLUSTER)).endsWith(".zip");
    assertThat(node(Options.Apply.LOCAL).checkInstall(spec(Options.Apply.CLUSTER)))
        .extracting(f -> f.code())
        .isEqualTo(List.of("SSH_DOWN", "SSH_DOWN"));
  }

  @Test
  void the_other_nodes_are_asked_as_gs_om_asks_them() throws Exception {
    host.script("ssh", "[ -z \"$LD_LIBRARY_PATH\" ] && [ \"$SSH_AUTH_SOCK\" = /agent ]");
    host.variables.put("LD_LIBRARY_PATH", "/opt/gauss/lib");
    Files.writeString(base.resolve(".bashrc"), "export SSH_AUTH_SOCK=/agent\n");
    assertThat(node(Options.Apply.LOCAL).checkInstall(spec(Options.Apply.CLUSTER))).isEmpty();
  }
}
