package hacert.opengauss;

import static org.assertj.core.api.Assertions.assertThat;

import hacert.docs.Pages;
import hacert.target.Profiles;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class OpenGaussProfileTest {
  @Test
  void what_the_page_shows_of_another_version_is_laid_over_the_profile() throws Exception {
    byte[] shown = Pages.yaml("docs/profiles.md", "gs_om:").getBytes(StandardCharsets.UTF_8);
    OpenGaussProfile profile =
        Profiles.load("opengauss", "opengauss", Profiles.overrides(shown), OpenGaussProfile.class);
    assertThat(profile.gsOm()).isEqualTo("/opt/opengauss/om/script/gs_om");
    assertThat(profile.gsCtl()).as("the profile's").isEqualTo("gs_ctl");
    assertThat(profile.startSeconds()).isEqualTo(3600);
  }
}
