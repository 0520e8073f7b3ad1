package hacert.playbook;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;

@Tag("long")
class OpenGauss30IT extends OpenGaussContract {
  @RegisterExtension static final Lab LAB = Lab.openGauss(1, "--version", "3.0");

  @Override
  Lab lab() {
    return LAB;
  }
}
