package hacert.opengauss;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Names, places and modes as the vendor has them. */
class ServerBundleTest {
  @Test
  void has_nine_files_and_three_that_may_be_absent() {
    assertThat(ServerBundle.REQUIRED).hasSize(9).doesNotHaveDuplicates();
    assertThat(ServerBundle.OPTIONAL)
        .containsExactlyInAnyOrder("sslcrl-file.crl", "openssl.cnf", "client.key.pk8");
    assertThat(ServerBundle.ALL).hasSize(12);
  }

  @Test
  void the_server_reads_no_key_of_a_client() {
    assertThat(ServerBundle.Place.DATA.files())
        .containsExactlyInAnyOrder(
            "cacert.pem",
            "server.crt",
            "server.key",
            "server.key.cipher",
            "server.key.rand",
            "sslcrl-file.crl");
    assertThat(ServerBundle.Place.OM.files())
        .containsExactlyElementsOf(
            ServerBundle.ALL.stream().filter(name -> !name.equals("sslcrl-file.crl")).toList());
    assertThat(ServerBundle.Place.CM.files()).isEqualTo(ServerBundle.REQUIRED);
  }

  @Test
  void nobody_but_the_owner_reads_a_file() {
    for (ServerBundle.Place place : ServerBundle.Place.values()) {
      assertThat(place.mode() & 0077).isZero();
    }
    assertThat(ServerBundle.Place.DATA.mode()).isEqualTo(0600);
    assertThat(ServerBundle.Place.DSS.mode()).isEqualTo(0400);
  }
}
