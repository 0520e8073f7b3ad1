package hacert.playbook;

import org.junit.jupiter.api.extension.RegisterExtension;

class OpenGaussRotationIT extends OpenGaussContract {
  @RegisterExtension static final Lab LAB = Lab.openGauss(1);

  @Override
  Lab lab() {
    return LAB;
  }
}
