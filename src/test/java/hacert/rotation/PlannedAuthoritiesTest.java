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
}
