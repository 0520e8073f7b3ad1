package hacert.oms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import hacert.host.HostException;
import hacert.result.Finding;
import hacert.result.Json;
import hacert.result.Severity;
import hacert.target.Profiles;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MrsLayoutTest {
  @TempDir Path base;
  private ScriptHost host;

  @BeforeEach
  void build() throws Exception {
    host = new ScriptHost(base);
  }

  private HostException refusal() {
    HostException e = catchThrowableOfType(HostException.class, () -> host.layout());
    assertThat(e).as("a refusal").isNotNull();
    return e;
  }

  @ParameterizedTest
  @ValueSource(strings = {"BIGDATA_HOME", "OMS_RUN_PATH"})
  void refuses_a_login_without_the_vendors_variables(String name) {
    host.variables.remove(name);
    assertThat(refusal().code()).isEqualTo("MRS_ENVIRONMENT");
    assertThat(refusal().getMessage()).contains(name, "or not exported");
    assertThat(refusal().finding().remedy()).contains("export it");
    host.variables.put(name, "relative/path");
    assertThat(refusal().getMessage()).contains(name, "'relative/path'");
  }

  @ParameterizedTest
  @ValueSource(strings = {"replacehaSSLCert.sh", "restart-oms.sh", "status-oms.sh"})
  void refuses_a_missing_script(String name) throws Exception {
    Files.delete(host.sbin().resolve(name));
    assertThat(refusal().code()).isEqualTo("SCRIPT_MISSING");
    assertThat(refusal().getMessage()).contains(name);
    Files.createDirectory(host.sbin().resolve(name));
    assertThat(refusal().code()).isEqualTo("SCRIPT_MISSING");
  }

  @Test
  void refuses_a_missing_directory_of_certificates() throws Exception {
    Files.delete(host.certHa());
    assertThat(refusal().code()).isEqualTo("MRS_NOT_HERE");
    assertThat(refusal().getMessage()).contains("certHA");
  }

  @Test
  void refuses_another_user_than_the_owner() throws Exception {
    assumeTrue((int) Files.getAttribute(base, "unix:uid") == 0, "only root can give files away");
    Files.setAttribute(host.certHa(), "unix:uid", 4711);
    assertThat(refusal().code()).isEqualTo("WRONG_USER");
    assertThat(refusal().getMessage()).contains("4711", "user id 0");
  }

  @Test
  void leaves_out_configuration_that_is_not_there_and_says_so() throws Exception {
    assertThat(host.layout().configuration())
        .containsExactly(base.resolve("OMS/workspace0/ha/local/hacom/conf").toRealPath());
    assertThat(host.layout().missingConfiguration())
        .containsExactly(base.resolve("OMS/workspace0/ha/module/hacom/conf"));
    assertThat(host.layout().lacksConfiguration()).isFalse();
    assertThat(host.layout().findings())
        .extracting(Finding::severity)
        .containsOnly(Severity.WARNING);
  }

  @Test
  void refuses_a_node_without_any_configuration_but_not_where_none_is_named() throws Exception {
    Files.delete(base.resolve("OMS/workspace0/ha/local/hacom/conf"));
    assertThat(host.layout().lacksConfiguration()).isTrue();
    assertThat(host.layout().findings()).singleElement().matches(f -> Finding.stops(List.of(f)));
    host.overrides = "{\"configuration\": []}";
    assertThat(host.layout().lacksConfiguration()).isFalse();
    assertThat(host.layout().findings()).isEmpty();
  }

  @Test
  void follows_links_and_names_no_directory_twice() throws Exception {
    Path local = base.resolve("OMS/workspace0/ha/local/cert");
    Files.delete(local);
    Files.createSymbolicLink(local, host.certHa());
    assertThat(host.layout().rollbackSet()).doesNotHaveDuplicates().hasSize(2);
    assertThat(host.layout().certificateDirectories()).containsExactly(host.certHa().toRealPath());
  }

  @ParameterizedTest
  @ValueSource(strings = {"opt/Bigdata", "opt/huawei/Bigdata"})
  void takes_the_place_of_version_3_from_the_login_whichever_it_is(String place) throws Exception {
    Path home = base.resolve(place);
    Path om = home.resolve("om-server/om");
    Path run = home.resolve("om-server/OMS");
    Files.createDirectories(om.resolve("security/certHA"));
    Files.createDirectories(run.resolve("workspace0/ha/local/cert"));
    Files.createDirectories(om.resolve("sbin"));
    for (String script : List.of("replacehaSSLCert.sh", "restart-oms.sh", "status-oms.sh")) {
      Files.copy(host.sbin().resolve(script), om.resolve("sbin").resolve(script));
    }
    host.variables.put("BIGDATA_HOME", home.toString());
    host.variables.put("OMS_RUN_PATH", run.toString());
    MrsProfile profile =
        Profiles.load("mrs-3x", "mrs-ha", Json.mapper().createObjectNode(), MrsProfile.class);
    MrsLayout layout = MrsLayout.of(profile, host.host().login());
    assertThat(layout.certificates()).isEqualTo(om.resolve("security/certHA").toRealPath());
    assertThat(layout.localCertificates())
        .isEqualTo(run.resolve("workspace0/ha/local/cert").toRealPath());
    assertThat(layout.generateScript())
        .isEqualTo(run.resolve("workspace/ha/module/hacom/script/gen-cert.sh"));
  }
}
