package hacert.oms;

import hacert.policy.PasswordRule;
import hacert.result.Finding;
import hacert.target.Secret;
import java.util.Arrays;
import java.util.List;

/**
 * The values of one MRS version: resources {@code hacert/profiles/mrs-*.yaml}; docs/profiles.md
 * explains each.
 *
 * @param omHome the OM home, below BIGDATA_HOME
 * @param certificates the HA certificates, below the OM home
 * @param serverCertificate file name of this node's HA server certificate there
 * @param serverKeys file names that its key may have, there or in the local certificates
 * @param localCertificates where gen-cert.sh writes and HA may read, below OMS_RUN_PATH
 * @param configuration HA configuration which holds the encrypted key password, below OMS_RUN_PATH
 * @param partialChain whether HA takes a sub-CA as trust without its root
 * @param generate the vendor's script that makes a root CA
 * @param replace the vendor's replacement script
 * @param restart the vendor's restart script
 * @param status the vendor's status script
 * @param haPort the HA port of both nodes; 0: not known, and no handshake is made
 * @param haPortSeconds how long one handshake there may take
 * @param settleSeconds how long roles may take to settle before a rotation
 * @param confirmSeconds how long the pair may take to agree after one
 * @param password the rule for the key's password
 */
public record MrsProfile(
    String omHome,
    String certificates,
    String serverCertificate,
    List<String> serverKeys,
    String localCertificates,
    List<String> configuration,
    boolean partialChain,
    Generate generate,
    Replace replace,
    Restart restart,
    Status status,
    int haPort,
    int haPortSeconds,
    int settleSeconds,
    int confirmSeconds,
    Password password) {

  private static final int MOST_PORT = 65535;

  /** Refuses a port that is none, and a deadline that is over before it begins. */
  public MrsProfile {
    serverKeys = List.copyOf(serverKeys);
    if (haPort < 0 || haPort > MOST_PORT) {
      throw new IllegalArgumentException("ha_port must be 0 to " + MOST_PORT);
    }
    positive("ha_port_seconds", haPortSeconds);
  }

  /**
   * @param script path below OMS_RUN_PATH
   * @param passwordArgument argument that the password is put behind, as {@code --password=}; empty
   *     where the script asks for it
   * @param prompts texts that ask for the password, one for each time that it is answered
   * @param success text that says it worked
   * @param seconds deadline
   */
  public record Generate(
      String script, String passwordArgument, List<String> prompts, String success, int seconds) {
    /** Refuses values with which the password would not be passed, or the gate be lost. */
    public Generate {
      needed("generate.success", success);
      positive("generate.seconds", seconds);
      prompts = List.copyOf(prompts);
      prompts.forEach(prompt -> needed("generate.prompts", prompt));
      if (passwordArgument.isEmpty() == prompts.isEmpty()) {
        throw new IllegalArgumentException(
            "one of generate.password_argument and generate.prompts must be set, and only one");
      }
    }
  }

  /**
   * @param script path below the OM home
   * @param arguments arguments of the script
   * @param renewCipher argument that renews the HA password cipher suite; empty where the script
   *     has none
   * @param prompt text that asks for the password
   * @param success text that says it worked
   * @param seconds deadline
   */
  public record Replace(
      String script,
      List<String> arguments,
      String renewCipher,
      String prompt,
      String success,
      int seconds) {
    /** Refuses values with which the answer or the gate would be lost. */
    public Replace {
      needed("replace.prompt", prompt);
      needed("replace.success", success);
      positive("replace.seconds", seconds);
    }
  }

  /**
   * @param script path below the OM home
   * @param success text that says it worked
   * @param seconds how long to wait for it; it is never ended
   * @param startSeconds how long HA may take to start anew once the script has said that it worked
   */
  public record Restart(String script, String success, int seconds, int startSeconds) {
    /** Refuses values with which the gate would be lost. */
    public Restart {
      needed("restart.success", success);
      positive("restart.seconds", seconds);
      positive("restart.start_seconds", startSeconds);
    }
  }

  /**
   * @param script path below the OM home
   * @param seconds deadline of one call
   */
  public record Status(String script, int seconds) {
    /** Refuses a deadline that is over before it begins. */
    public Status {
      positive("status.seconds", seconds);
    }
  }

  /**
   * @param minimumLength fewest characters
   * @param kinds how many of upper, lower, digit, special it must have
   * @param specials the special characters
   * @param otherCharacters whether characters of no kind are allowed
   */
  public record Password(int minimumLength, int kinds, String specials, boolean otherCharacters) {
    List<Finding> check(Secret password) {
      char[] chars = password.chars();
      try {
        return new PasswordRule(minimumLength, 0, kinds, specials, otherCharacters).check(chars);
      } finally {
        Arrays.fill(chars, '\0');
      }
    }
  }

  private static void needed(String key, String value) {
    if (value == null || value.isBlank()) {
      throw new IllegalArgumentException(key + " must not be empty");
    }
  }

  private static void positive(String key, int seconds) {
    if (seconds <= 0) {
      throw new IllegalArgumentException(key + " must be more than 0");
    }
  }
}
