package hacert.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RedactionTest {
  private final Redaction redaction =
      new Redaction(
          List.of("mgtomsdat-sh-3-01-1", "mgtomsdat-sh-3-01-2", "ha1"), List.of("jdoe", "omm"));

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "node 10.1.2.3 and 10-1-2-3 and 10_1_2_3 | node 192.0.2.11 and 192-0-2-11 and 192_0_2_11",
        "10.1.2.3:20012,10.1.2.4 | 192.0.2.11:20012,192.0.2.12",
        "[fe80::1ff:fe23:4567:890a] and 2001:db9:0:0:0:0:0:5 | [2001:db8::1] and 2001:db8::2",
        "00:16:3e:5e:6c:00 | 00:00:5e:00:53:01",
        "to MGTOMSDAT-SH-3-01-1 and mgtomsdat-sh-3-01-1.corp.lan: | to mgmt1 and mgmt1.example.com:",
        "see db7.prod.corp.lan now | see mgmt1.example.com now",
        "jdoe@bigco.com in /home/jdoe2/x | user1@example.com in /home/user1/x",
        "user jdoe, jdoes and omm | user user1, jdoes and omm",
      })
  void replaces_what_tells_of_a_site(String text, String wanted) {
    assertThat(redaction.of(text)).isEqualTo(wanted);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Please input ha ssl cert password:Hx9$kk",
        "Please input ha ssl cert password: Hx9$kk ",
        "--password=Hx9$kk",
        "keypassword=\"Hx9$kk\"",
        "Enter pass phrase for /opt/x/root-ca.pem: Hx9$kk",
        "PWD = Hx9$kk",
        "-----BEGIN ENCRYPTED PRIVATE KEY-----\nHx9$kk\n-----END ENCRYPTED PRIVATE KEY-----",
        "-----BEGIN PRIVATE KEY-----\nHx9$kk",
        "U2FsdGVkX1/Hx9kk+2pYVQ8c2m0aXl5ZmZmZmZm==",
        "5f4dcc3b5aa765d61d8327deb882cf99",
        "AB:CD:12:34:AB:CD:12:34:AB:CD:12:34:AB:CD:12:34:AB:CD:12:34"
      })
  void hides_what_looks_like_a_secret(String text) {
    assertThat(redaction.of(text))
        .doesNotContain("Hx9", "2pYV", "5aa765", "12:34")
        .containsPattern("\\*\\*\\*|REMOVED|hidden1x");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[INFO] Succeed to replace ha ssl cert.",
        "[ERROR] The password is wrong.",
        "Please input ha ssl cert password:\n[INFO] start",
        "sh /opt/Bigdata/OMSV100R001C00x8664/workspace0/ha/module/hacom/script/gen-cert.sh",
        "/opt/huawei/Bigdata/om-server/om/security/certHA/server.crt.bak",
        "/var/log/Bigdata/omm/oms/ha/scriptlog 2014-11-18 23:43:02 V100R001C01",
        "gaussDB Active_normal Single_active om-0.0.1 HAMode Deactived",
        "scp omm@x and root"
      })
  void leaves_the_vendors_own_words(String text) {
    assertThat(redaction.of(text)).isEqualTo(text);
  }

  @Test
  void keeps_the_columns_of_a_table() {
    String text =
        """
        NodeName              HostName                      HAVersion          StartTime
        172-168-110-130       mgtomsdat-sh-3-01-1           V100R001C01        2014-11-18 23:43:02
        10-0-0-24             ha1                           V100R001C01        \u001b[32m2014-11-21\u001b[0m
        a sentence with 172.168.110.130 and one blank between words
        10-0-0-24             172-168-110-130               x
        """;
    assertThat(redaction.of(text))
        .isEqualTo(
            """
            NodeName              HostName                      HAVersion          StartTime
            192-0-2-11            mgmt1                         V100R001C01        2014-11-18 23:43:02
            192-0-2-12            mgmt2                         V100R001C01        \u001b[32m2014-11-21\u001b[0m
            a sentence with 192.0.2.11 and one blank between words
            192-0-2-12            192-0-2-11                    x
            """);
  }

  @Test
  void says_the_same_for_the_same_in_all_texts_that_belong_together() {
    assertThat(redaction.of("10.1.2.4 10.1.2.3")).isEqualTo("192.0.2.11 192.0.2.12");
    assertThat(redaction.of("10-1-2-3")).isEqualTo("192-0-2-12");
  }

  @Test
  void is_done_soon_also_with_a_script_that_went_wild() {
    String wild =
        "[INFO] password @@@@@@@ = @@@@ a1B2 : ".repeat(7000) + "\n" + "a".repeat(200_000);
    Assertions.assertTimeout(Duration.ofSeconds(20), () -> redaction.of(wild));
  }
}
