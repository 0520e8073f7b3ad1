package hacert.playbook;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;

@Tag("long")
class Rotation2xIT extends RotationContract {
  @RegisterExtension static final Lab LAB = Lab.of(1, "2x");

  @Override
  Lab lab() {
    return LAB;
  }
}
