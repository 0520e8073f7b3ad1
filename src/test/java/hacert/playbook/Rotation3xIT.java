package hacert.playbook;

import org.junit.jupiter.api.extension.RegisterExtension;

class Rotation3xIT extends RotationContract {
  @RegisterExtension static final Lab LAB = Lab.of(1, "3x");

  @Override
  Lab lab() {
    return LAB;
  }
}
