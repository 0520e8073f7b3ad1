package hacert.host;

import static org.assertj.core.api.Assertions.catchThrowableOfType;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** Says which finding a call ends with. */
final class Findings {
  private Findings() {}

  static HostException of(ThrowingCallable call) {
    HostException e = catchThrowableOfType(HostException.class, call);
    if (e == null) {
      throw new AssertionError("no HostException");
    }
    return e;
  }

  static String code(ThrowingCallable call) {
    return of(call).code();
  }
}
