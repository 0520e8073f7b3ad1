package hacert.opengauss;

import static org.assertj.core.api.Assertions.assertThat;

import hacert.result.Finding;
import hacert.result.Severity;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ServerConfigurationTest {
  private static final Path DATA = Path.of("/opt/opengauss/data/dn1");

  private static final String SOUND =
      """
      # comment
      listen_addresses = '10.77.0.1, fd00:77::1'\t# (change requires restart)
      port = 15400
      ssl = on
      ssl_cert_file = 'server.crt'
      ssl_key_file = 'server.key'
      ssl_ca_file = 'cacert.pem'
      """;

  private static ServerConfiguration read(String text) {
    return ServerConfiguration.parse(text, DATA).orElseThrow();
  }

  private static List<String> codes(String text) {
    return read(text).findings("db1").stream().map(Finding::code).toList();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "#ssl = on",
        "ssl = off",
        "ssl = on\nSSL = 'off'",
        "ssl = 'maybe'",
        "ssl = ''",
        "ssl = o",
        "sslx = on",
        "ssl",
        "ssl = on off"
      })
  void tells_that_the_server_offers_no_tls(String text) {
    assertThat(read(text).ssl()).isFalse();
    List<Finding> findings = read(text).findings("db1");
    assertThat(findings.get(0).code()).isEqualTo("SSL_OFF");
    assertThat(findings.get(0).severity()).isEqualTo(Severity.ERROR);
    assertThat(findings.get(0).message())
        .startsWith("db1: expected ssl = on in /opt/opengauss/data/dn1/postgresql.conf, seen ");
    assertThat(findings.get(0).remedy()).contains("gs_guc");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ssl_cert_file = '/etc/tls/server.crt'",
        "ssl_cert_file = ''",
        "ssl_cert_file = 'tls/server.crt'",
        "ssl_cert_file = 'server.crt '",
        "SSL_Key_File 'other.key'",
        "ssl_key_file = '../dn2/server.key'",
        "ssl_ca_file = 'root.pem'",
        "ssl_cert_file = 'a\\000b'"
      })
  void tells_that_the_server_uses_files_that_gs_om_does_not_replace(String setting) {
    List<Finding> findings = read(SOUND + setting).findings("db1");
    assertThat(findings).extracting(Finding::code).containsExactly("SSL_FILES_ELSEWHERE");
    assertThat(findings.get(0).severity()).isEqualTo(Severity.ERROR);
    assertThat(findings.get(0).message())
        .contains("expected server.crt")
        .contains(read(SOUND + setting).filesNamedOtherwise().get(0));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "ssl_cert_file = '/opt/opengauss/data/dn1/server.crt'",
        "ssl_cert_file = './server.crt'",
        "ssl_cert_file '/opt/opengauss/data/../data/dn1//server.crt'",
        "ssl_ca_file = ''",
        "ssl_key_file = server.key # as delivered",
        "ssl_cert_file = 'other.crt'\nssl_cert_file = 'server.crt'",
        "ssl_crl_file = 'sslcrl-file.crl'"
      })
  void takes_every_name_of_the_files_that_are_replaced(String setting) {
    assertThat(codes(SOUND + setting)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "include 'more.conf'",
        "INCLUDE_IF_EXISTS = 'more.conf'",
        "include_dir conf.d",
        "= on",
        "ssl_cert_file = 'server.crt",
        "port = 'a' b",
        "<<<<<<< HEAD"
      })
  void says_what_it_did_not_follow_or_understand(String line) {
    List<Finding> findings = read(SOUND + line + "\n").findings("db1");
    assertThat(findings).extracting(Finding::code).containsExactly("SSL_SETTINGS_UNSURE");
    assertThat(findings.get(0).severity()).isEqualTo(Severity.WARNING);
    assertThat(findings.get(0).message()).containsAnyOf("more.conf", "conf.d", line);
  }

  @Test
  void reads_settings_in_every_spelling() {
    ServerConfiguration read =
        read(SOUND + "PORT 15500 # last\n  a.b= 'it''s \\'x\\' \\t\\101\\\\'\r\nc=1.5\nD = /x/y");
    assertThat(read.port()).isEqualTo(OptionalInt.of(15500));
    assertThat(read.setting("A.B")).contains("it's 'x' \tA\\");
    assertThat(read.setting("c")).contains("1.5");
    assertThat(read.setting("d")).contains("/x/y");
    assertThat(read.listenAddresses()).containsExactly("10.77.0.1", "fd00:77::1");
    assertThat(read.unread()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"on", "ON", "true", "tr", "t", "yes", "y", "1", "'on'"})
  void reads_on_as_the_server_does(String value) {
    assertThat(read("ssl = " + value).ssl()).isTrue();
  }

  @Test
  void knows_the_defaults_of_the_sample_file() {
    ServerConfiguration read = read("");
    assertThat(read.certFile()).isEqualTo("server.crt");
    assertThat(read.keyFile()).isEqualTo("server.key");
    assertThat(read.caFile()).isEmpty();
    assertThat(read.crlFile()).isEmpty();
    assertThat(read.port()).isEmpty();
    assertThat(read.listenAddresses()).containsExactly("localhost");
    assertThat(read.otherChannels()).isEmpty();
    assertThat(read.filesNamedOtherwise()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"port = 0", "port = 65536", "port = 'x'", "port = 99999999999999999999"})
  void takes_no_other_number_for_a_port(String text) {
    assertThat(read(text).port()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "ss_enable_dss = on | ss_enable_dss",
        "enable_dss = on | enable_dss",
        "comm_ssl = on | comm_ssl",
        "ss_enable_dms = on | ss_enable_dms",
        "enable_dcf = on | enable_dcf"
      })
  void names_channels_that_load_their_files_at_the_start(String text, String name) {
    assertThat(read(text).otherChannels()).containsExactly(name);
  }

  @Test
  void leaves_out_channels_without_tls() {
    assertThat(
            read("ss_enable_dms = on\nss_enable_ssl = off\nenable_dcf = on\ndcf_ssl = off")
                .otherChannels())
        .isEmpty();
  }

  @Test
  void is_not_held_up_by_garbage() {
    for (String text : Fixtures.hostile()) {
      for (String before : List.of("", "ssl = ", "ssl = '", "ssl ")) {
        Fixtures.soon(t -> ServerConfiguration.parse(t, DATA), before + text)
            .ifPresent(read -> assertThat(read.ssl()).isFalse());
      }
    }
  }

  @Test
  void reads_each_beginning() {
    for (int end = 0; end < SOUND.length(); end++) {
      assertThat(read(SOUND.substring(0, end)).findings("db1")).isNotNull();
    }
    assertThat(ServerConfiguration.parse("#".repeat(1 << 23), DATA)).isEmpty();
  }

  /** A rotation without a CRL would take the setting away, and no way back would bring it back. */
  @Test
  void tells_of_a_crl_that_lies_elsewhere() {
    assertThat(codes(SOUND + "ssl_crl_file = '/etc/tls/revoked.crl'"))
        .contains("SSL_FILES_ELSEWHERE");
    assertThat(codes(SOUND + "ssl_crl_file = 'sslcrl-file.crl'")).isEmpty();
    assertThat(codes(SOUND + "ssl_crl_file = ''")).isEmpty();
  }

  /** The status may name the data directory by a link, and the settings by where it leads. */
  @Test
  void knows_the_same_file_by_another_way_to_its_directory(@TempDir Path base) throws Exception {
    Path real = Files.createDirectories(base.resolve("disk1/dn1"));
    Path link = Files.createSymbolicLink(base.resolve("dn1"), real);
    String text = "ssl = on\nssl_cert_file = '" + real.resolve("server.crt") + "'";
    assertThat(ServerConfiguration.parse(text, link).orElseThrow().filesNamedOtherwise()).isEmpty();
    String other = "ssl = on\nssl_cert_file = '" + base.resolve("server.crt") + "'";
    assertThat(ServerConfiguration.parse(other, link).orElseThrow().filesNamedOtherwise())
        .hasSize(1);
  }
}
