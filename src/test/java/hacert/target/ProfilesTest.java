package hacert.target;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import hacert.host.HostException;
import hacert.oms.MrsProfile;
import hacert.result.Json;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProfilesTest {
  private static JsonNode json(String text) throws Exception {
    return Json.mapper().readTree(text.replace('\'', '"'));
  }

  private static MrsProfile load(String name, String overrides) throws Exception {
    return Profiles.load(name, "mrs-ha", json(overrides), MrsProfile.class);
  }

  private static HostException refusal(String name, String overrides) {
    return catchThrowableOfType(HostException.class, () -> load(name, overrides));
  }

  @ParameterizedTest
  @ValueSource(strings = {"mrs-9x", "", "../profiles/mrs-2x", "mrs-2x.yaml", "MRS-2X", "a b"})
  void refuses_an_unknown_profile(String name) {
    HostException e = refusal(name, "{}");
    assertThat(e.code()).isEqualTo("PROFILE_UNKNOWN");
    assertThat(e.getMessage()).contains("'" + name + "'", "mrs-ha");
  }

  @Test
  void refuses_a_profile_of_another_target() {
    assertThat(
            catchThrowableOfType(
                    HostException.class,
                    () -> Profiles.load("mrs-2x", "opengauss", json("{}"), MrsProfile.class))
                .code())
        .isEqualTo("PROFILE_UNKNOWN");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'om_hom': 'x'}",
        "{'target': 'opengauss'}",
        "{'restart': {'scripts': 'x'}}",
        "{'restart': null}",
        "{'restart': {'seconds': null}}",
        "{'restart': {'seconds': 'soon'}}",
        "{'restart': 'sbin/x'}",
        "{'configuration': {'a': 1}}",
        "{'ha_port': 65536}",
        "{'ha_port': -1}",
        "{'ha_port_seconds': 0}",
        "{'server_keys': null}",
        "['om_home']",
        "'om_home'"
      })
  void refuses_overrides_that_do_not_fit(String overrides) {
    HostException e = refusal("mrs-2x", overrides);
    assertThat(e).as(overrides).isNotNull();
    assertThat(e.code()).isEqualTo("PROFILE_INVALID");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'replace': {'prompt': ''}}",
        "{'replace': {'success': ' '}}",
        "{'restart': {'success': ''}}",
        "{'restart': {'seconds': 0}}",
        "{'restart': {'start_seconds': 0}}",
        "{'status': {'seconds': -1}}",
        "{'replace': {'seconds': 0}}"
      })
  void refuses_overrides_that_would_switch_a_gate_off(String overrides) {
    HostException e = refusal("mrs-2x", overrides);
    assertThat(e).as(overrides).isNotNull();
    assertThat(e.code()).isEqualTo("PROFILE_INVALID");
  }

  @Test
  void lays_overrides_over_the_profile_key_by_key() throws Exception {
    MrsProfile profile = load("mrs-2x", "{'om_home': 'om-9', 'restart': {'seconds': 7}}");
    assertThat(profile.omHome()).isEqualTo("om-9");
    assertThat(profile.restart().seconds()).isEqualTo(7);
    assertThat(profile.restart().script()).isEqualTo("sbin/restart-oms.sh");
    assertThat(load("mrs-2x", "{'replace': {'arguments': ['-u']}}").replace().arguments())
        .containsExactly("-u");
  }

  @Test
  void knows_the_layouts_of_both_versions() throws Exception {
    MrsProfile two = load("mrs-2x", "{}");
    MrsProfile three = load("mrs-3x", "{}");
    assertThat(two.omHome()).isEqualTo("om-0.0.1");
    assertThat(three.omHome()).isEqualTo("om-server/om");
    assertThat(two.password().specials()).contains(":");
    assertThat(three.password().specials()).isEqualTo(two.password().specials().replace(":", ""));
    assertThat(two.replace().prompt()).isEqualTo("Please input ha ssl cert password:");
    assertThat(two.replace().success()).isEqualTo("[INFO] Succeed to replace ha ssl cert.");
    assertThat(two.restart().success()).isEqualTo("start HA successfully.");
    // A former standby may wait for two minutes before HA starts.
    assertThat(two.restart().startSeconds()).isEqualTo(180);
    assertThat(three.restart()).isEqualTo(two.restart());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "null",
        "17",
        "- a",
        "a: [",
        "a: *b",
        "a: \u0007",
        "a: 'x",
        "{}\u0000",
        "a: b\na: c",
        "? [a]\n: b"
      })
  void refuses_a_file_that_is_no_mapping(String yaml) {
    HostException e =
        catchThrowableOfType(
            HostException.class,
            () -> {
              JsonNode read = Profiles.overrides(yaml.getBytes(StandardCharsets.UTF_8));
              Profiles.load("mrs-2x", "mrs-ha", read, MrsProfile.class);
            });
    assertThat(e).as(yaml).isNotNull();
    assertThat(e.code()).isEqualTo("PROFILE_INVALID");
  }

  @Tag("long")
  @Test
  void refuses_a_file_that_is_nested_or_long_beyond_measure() {
    for (String yaml : new String[] {"[".repeat(100_000), "a: " + "x".repeat(4 << 20)}) {
      HostException e =
          catchThrowableOfType(
              HostException.class, () -> Profiles.overrides(yaml.getBytes(StandardCharsets.UTF_8)));
      assertThat(e).isNotNull();
      assertThat(e.getMessage()).hasSizeLessThan(10_000);
    }
  }
}
