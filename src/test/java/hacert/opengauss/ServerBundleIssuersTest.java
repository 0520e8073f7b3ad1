package hacert.opengauss;

import static hacert.opengauss.Samples.CLOCK;
import static hacert.opengauss.Samples.RANDOM;
import static hacert.opengauss.Samples.with;
import static org.assertj.core.api.Assertions.assertThat;

import hacert.target.Bundle;
import hacert.x509.KeySpec;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The CAs of a bundle: {@code cacert.pem}, and those on the way to it. */
class ServerBundleIssuersTest extends ServerBundleChecks {
  @Test
  void refuses_another_ca_and_none() throws Exception {
    assertThat(codes(with(bundle, "cacert.pem", Samples.authority().pem())))
        .containsExactly("CERT_NOT_ISSUED", "CERT_NOT_ISSUED");
    assertThat(codes(with(bundle, "cacert.pem", file("server.crt")))).contains("CERT_NOT_ISSUED");
    assertThat(shopCodes("server", "client", "sub.crt"))
        .containsExactly("CERT_NOT_ROOT", "CERT_NOT_ROOT");
    assertThat(shopCodes("server", "client", "root.crt"))
        .containsExactly("CERT_NOT_ISSUED", "CERT_NOT_ISSUED");
  }

  @Test
  void takes_a_chain_leaf_first_and_no_other_order() throws Exception {
    shop.join("chained.crt", "server.crt", "sub.crt");
    shop.join("turned.crt", "sub.crt", "server.crt");
    shop.join("strange.crt", "server.crt", "root.crt");
    Bundle chained = Samples.enterprise(shop, "server", "client", "ca.pem");
    Expectation anywhere =
        new Expectation(List.of(), CLOCK.instant(), Optional.empty(), true, Map.of());
    assertThat(codes(with(chained, "server.crt", shop.bytes("chained.crt")), anywhere)).isEmpty();
    assertThat(codes(with(chained, "server.crt", shop.bytes("strange.crt")), anywhere))
        .containsExactly("CERT_NOT_SINGLE");
    assertThat(codes(with(chained, "server.crt", shop.bytes("turned.crt")), anywhere))
        .contains("CERT_NOT_SINGLE", "KEY_MISMATCH");
    assertThat(
            codes(
                with(
                    with(
                        with(chained, "cacert.pem", shop.bytes("root.crt")),
                        "server.crt",
                        shop.bytes("chained.crt")),
                    "client.crt",
                    join(shop.bytes("client.crt"), shop.bytes("sub.crt"))),
                anywhere))
        .isEmpty();
  }

  @Test
  void refuses_what_its_ca_may_not_issue() throws Exception {
    shop.issue(
        "narrow",
        "ec:P-256",
        "root",
        "basicConstraints=critical,CA:TRUE;nameConstraints=critical,DER:"
            + "30:12:A0:10:30:0E:82:0C:73:68:6F:70:2E:65:78:61:6D:70:6C:65");
    issue("outside", "ec:P-256", "narrow", SERVER);
    shop.join("narrowed.pem", "ca.pem", "narrow.crt");
    assertThat(shopCodes("outside", "client", "narrowed.pem")).containsExactly("CERT_PATH_INVALID");
  }

  @Test
  void refuses_a_ca_that_may_not_issue_on_the_way() throws Exception {
    shop.issue("lower", "ec:P-256", "sub", "basicConstraints=critical,CA:TRUE");
    issue("deep", "ec:P-256", "lower", SERVER);
    shop.join("deep.pem", "ca.pem", "lower.crt");
    assertThat(shopCodes("deep", "client", "deep.pem")).containsExactly("CERT_PATH_LENGTH");
  }

  @Test
  void warns_of_a_certificate_that_outlives_its_ca() throws Exception {
    shop.issue("brief", "ec:P-256", "root", "basicConstraints=critical,CA:TRUE", "-days", "9");
    issue("long", "ec:P-256", "brief", SERVER);
    shop.join("brief.pem", "ca.pem", "brief.crt");
    assertThat(shopCodes("long", "client", "brief.pem"))
        .containsExactly("warning CERT_OUTLIVES_CA");
  }

  @Test
  void only_warns_of_a_ca_that_is_kept_for_old_clients() throws Exception {
    CertificateAuthority old =
        CertificateAuthority.make(KeySpec.EC_P256, Samples.subject("Old"), 2, CLOCK, RANDOM);
    Bundle wide = with(bundle, "cacert.pem", Trust.withOld(ca.pem(), old.pem(), CLOCK));
    assertThat(codes(wide)).isEmpty();
    assertThat(codes(wide, Samples.expectation(CLOCK.instant().plus(DAY.multipliedBy(3)))))
        .containsExactly("warning CERT_EXPIRED");
    assertThat(codes(with(bundle, "cacert.pem", join(ca.pem(), file("server.crt")))))
        .containsExactly("warning CERT_NOT_CA", "warning CERT_PURPOSE");
  }
}
