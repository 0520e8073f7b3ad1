package hacert.rotation;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** What a plan says of the CAs of our own that the nodes keep. */
class PlannedAuthoritiesTest {
  private final Records pair = new Records();

  @Test
  void names_the_nodes_that_keep_different_cas_of_our_own() {
    assertThat(pair.go().authorities()).isEmpty();
    pair.one.authority = "a";
    assertThat(pair.go().authorities()).isEmpty();
    pair.two.authority = "a";
    assertThat(pair.go().authorities()).isEmpty();
    pair.two.authority = "b";
    assertThat(pair.go().authorities()).containsExactly("mgmt1", "mgmt2");
  }

  /** Whatever the target would say: another node would make a CA that no client knows. */
  @Test
  void lets_the_node_that_keeps_the_ca_make_the_bundle() {
    assertThat(pair.go().maker()).isEqualTo("mgmt1");
    pair.two.authority = "b";
    assertThat(pair.go().maker()).isEqualTo("mgmt2");
    pair.one.authority = "a";
    assertThat(pair.go().maker()).isEqualTo("mgmt1");
  }
}
