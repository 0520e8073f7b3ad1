package hacert.docs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import hacert.oms.MrsProfile;
import hacert.target.Profiles;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** What docs/profiles.md shows of other versions is taken as it stands. */
class ProfilesPageTest {
  @Test
  void another_version_of_mrs_is_laid_over_the_profile_that_its_group_names() throws Exception {
    JsonNode group =
        new YAMLMapper().readTree(Pages.yaml("docs/profiles.md", "oms_new:")).at("/oms_new/vars");
    MrsProfile profile =
        Profiles.load(
            group.path("hacert_profile").asText(),
            "mrs-ha",
            overrides(Pages.yaml("docs/profiles.md", "om_home:")),
            MrsProfile.class);
    assertThat(profile.omHome()).isEqualTo("om-server_8.1/om");
    assertThat(profile.replace().arguments()).containsExactly("--force");
    assertThat(profile.replace().prompt()).isEqualTo("Enter the HA certificate password:");
    assertThat(profile.replace().script())
        .as("the profile's")
        .isEqualTo("sbin/replacehaSSLCert.sh");
    assertThat(profile.restart().seconds()).isEqualTo(1800);
  }

  @Test
  void a_port_for_handshakes_is_taken() throws Exception {
    assertThat(
            Profiles.load(
                    "mrs-2x",
                    "mrs-ha",
                    overrides(Pages.yaml("docs/profiles.md", "ha_port:")),
                    MrsProfile.class)
                .haPort())
        .isEqualTo(20012);
  }

  private static JsonNode overrides(String yaml) throws Exception {
    return Profiles.overrides(yaml.getBytes(StandardCharsets.UTF_8));
  }
}
