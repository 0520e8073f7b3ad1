package hacert.cli;

import hacert.result.Finding;

/** Nothing was done, because of this finding: exit code 3. */
final class Refusal extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final transient Finding finding;

  Refusal(Finding finding) {
    super(finding.code() + ": " + finding.message());
    this.finding = finding;
  }

  Finding finding() {
    return finding;
  }
}
