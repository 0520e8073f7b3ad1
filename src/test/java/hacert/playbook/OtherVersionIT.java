package hacert.playbook;

import static org.assertj.core.api.Assertions.assertThat;

import hacert.docs.Pages;
import hacert.result.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A pair of the version that docs/profiles.md makes up, with the overrides that it shows. */
@Tag("long")
class OtherVersionIT {
  @RegisterExtension static final Lab LAB = Lab.of(1, "3x");

  private final Pair pair = LAB.pair();

  @Test
  void a_version_that_differs_in_values_alone_needs_nothing_but_their_file() throws IOException {
    for (LabHost host : pair.hosts()) {
      becomeOther(host);
    }
    for (LabHost host : pair.hosts()) {
      LAB.byHand(host, "bash -lc 'sh $BIGDATA_HOME/om-server_8.1/om/sbin/restart-oms.sh'");
    }
    pair.assertHealthy();
    String before = pair.a().loadedRoot();
    Playbook.rotate(LAB).fail().assertEnd(pair, Outcome.REFUSED, 3).assertFinding("MRS_NOT_HERE");

    String shown = Pages.yaml("docs/profiles.md", "om_home:");
    Path overrides = Files.writeString(LAB.files().resolve("oms-8.1.yaml"), shown);
    Playbook.rotate(LAB)
        .set("hacert_profile_file", overrides)
        .succeed()
        .assertEnd(pair, Outcome.SUCCEEDED, 0);
    pair.assertHealthy();
    assertThat(pair.a().loadedRoot()).isNotEqualTo(before).isEqualTo(pair.b().loadedRoot());
    assertThat(pair.hosts())
        .allSatisfy(
            host ->
                assertThat(host.calls()).anyMatch(c -> c.endsWith("replacehaSSLCert.sh --force")));
  }

  /** Another home, prompt and argument; nothing is left in the old place. */
  private static void becomeOther(LabHost host) throws IOException {
    Path bigData = host.directory().resolve("opt/Bigdata");
    Files.createDirectory(bigData.resolve("om-server_8.1"));
    Path home = Files.move(bigData.resolve("om-server/om"), bigData.resolve("om-server_8.1/om"));
    edit(host.directory().resolve("lab/common.sh"), "om-server/om", "om-server_8.1/om");
    edit(host.directory().resolve("lab/host.conf"), "om-server/om", "om-server_8.1/om");
    Path replace = home.resolve("sbin/replacehaSSLCert.sh");
    edit(replace, "Please input ha ssl cert password:", "Enter the HA certificate password:");
    edit(replace, "renew=\n", "[ \"$*\" = --force ] || fail 'Expected --force.'\nrenew=\n");
    edit(replace, "3x:-u) renew=1", "3x:--force)");
  }

  private static void edit(Path file, String from, String to) throws IOException {
    String text = Files.readString(file);
    assertThat(text).contains(from);
    Files.writeString(file, text.replace(from, to));
  }
}
