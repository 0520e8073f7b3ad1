package hacert.playbook;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;

@Tag("long")
class OpenGaussFourNodesIT extends OpenGaussContract {
  @RegisterExtension static final Lab LAB = Lab.openGauss(1, "--nodes", "4");

  @Override
  Lab lab() {
    return LAB;
  }
}
