package hacert.playbook;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;

@Tag("long")
class OpenGauss60IT extends OpenGaussContract {
  @RegisterExtension static final Lab LAB = Lab.openGauss(1, "--version", "6.0");

  @Override
  Lab lab() {
    return LAB;
  }
}
