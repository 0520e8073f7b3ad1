package hacert.playbook;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;

@Tag("long")
class OpenGaussManagedIT extends OpenGaussContract {
  @RegisterExtension static final Lab LAB = Lab.openGauss(1, "--cm");

  @Override
  Lab lab() {
    return LAB;
  }

  /** The cluster manager loads its certificates when it starts. */
  @Override
  boolean alwaysRestarts() {
    return true;
  }
}
