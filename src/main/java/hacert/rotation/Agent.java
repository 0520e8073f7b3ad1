package hacert.rotation;

import hacert.result.Result;

/** Asks one node one operation. How the question gets there is the agent's business. */
@FunctionalInterface
public interface Agent {
  /** Asks, and waits for the result; a node that cannot be reached gives a result that says so. */
  Result ask(Request request, Secrets secrets);
}
