package hacert.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class FaultMatrixTest {
  private static FaultMatrix.Case that(String first, String state, int open, int lost) {
    return new FaultMatrix.Case(
        "mrs-ha", "full disk", "apply on a", "", first, "succeeded (code 0)", state, 1, open, lost);
  }

  @Test
  void a_whole_pair_with_an_open_journal_is_not_consistent() {
    assertThat(that("killed", "new", 0, 0).consistent()).isTrue();
    assertThat(that("killed", "old", 0, 0).consistent()).isTrue();
    assertThat(that("killed", "new", 1, 0).consistent()).isFalse();
    assertThat(that("killed", "mixed", 0, 0).consistent()).isFalse();
  }

  @Test
  void the_summary_has_a_row_a_part_with_each_outcome_counted() {
    List<FaultMatrix.Case> cases =
        List.of(
            that("killed", "new", 0, 0),
            that("failed (code 5)", "new", 0, 0),
            that("killed", "mixed", 1, 2));
    assertThat(FaultMatrix.table(cases))
        .contains("3 cases, 2 consistent, 2 lost")
        .contains(
            "| mrs-ha: full disk | 3 | 1 failed (code 5); 2 killed"
                + " | 2 succeeded (code 0), all new; 1 succeeded (code 0), mixed |");
  }
}
