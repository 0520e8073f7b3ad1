package hacert.target;

import com.fasterxml.jackson.databind.JsonNode;
import hacert.host.HostException;
import hacert.result.CertificateSummary;
import hacert.result.Finding;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** This host as a node of a system: what a rotation reads there and does there. */
public interface ManagedNode {
  /**
   * Reads the node's facts; changes nothing.
   *
   * @param patient whether to wait, within bounds, for roles that are settling
   */
  NodeFacts facts(boolean patient);

  /**
   * Takes what {@link NodeFacts#details} held before an open rotation, for a system that tells
   * nothing of itself while it is stopped.
   */
  default void recall(JsonNode details) {}

  /**
   * Takes from the plan whether any node of the cluster keeps written down in which roles a start
   * of all nodes brings them up, for a system whose start goes by that.
   */
  default void rolesWritten(boolean anywhere) {}

  /**
   * The HA roles of all nodes as these facts of this one node show them, by the name that the
   * system's status gives each; nodes that it does not list are missing.
   */
  Map<String, HaRole> roles(NodeFacts facts);

  /**
   * The directories and files that are backed up before a change and restored by a rollback.
   *
   * @throws HostException if they cannot be told
   */
  List<Path> rollbackSet() throws HostException;

  /**
   * Directories in which what belongs to the rollback set is certificates and keys and nothing
   * else.
   *
   * @throws HostException if they cannot be told
   */
  List<Path> certificateDirectories() throws HostException;

  /**
   * Whether what stands at a path of the rollback set is a certificate, a key, what opens a key, or
   * a directory of such: a rollback may bring it back whatever it is now.
   *
   * @throws HostException if it cannot be told
   */
  boolean isCertificate(Path path) throws HostException;

  /** Other directories in which the vendor's tools put copies of the bundle down for a while. */
  List<Path> scratchDirectories();

  /**
   * Removes what stands in the way of a rotation and is safe to remove, where that is asked for.
   *
   * @return what was removed, for the report; empty if nothing was
   */
  String tidy() throws HostException;

  /**
   * Whether {@link #rollbackSet} holds all that a way back needs; what it lacks is said by the
   * {@link #facts}.
   */
  boolean rollbackSetIsWhole();

  /** Whether a bundle cannot be installed without the password of its key being given. */
  boolean needsPassword();

  /** What is wrong with this password by the rules of the system. */
  List<Finding> checkPassword(Secret password);

  /**
   * What is wrong with this bundle.
   *
   * @param password the key's password; empty if none was given
   */
  List<Finding> checkBundle(Bundle bundle, Optional<Secret> password);

  /**
   * Makes a new bundle; writes nothing.
   *
   * @param password the key's password; empty if none was given
   * @param authority the CA that issues it
   * @throws HostException if the specification cannot be met
   */
  Made make(BundleSpec spec, Optional<Secret> password, Authority authority) throws HostException;

  /**
   * Brings a bundle that was handed over, in files of any usual form and name, into the form that
   * is installed here.
   *
   * @param given the files as they were given
   * @param givenPassword what opens them; keys without a password are taken too
   * @param password what the key is encrypted with here; empty if none was given
   */
  Taken take(Bundle given, Optional<Secret> givenPassword, Optional<Secret> password);

  /** The vendor's own way to make a bundle here; empty if this system has none. */
  Optional<VendorMaker> vendor();

  /**
   * The bundle that the vendor's own rollback would bring back on this node.
   *
   * @throws HostException if the vendor keeps none here
   */
  Bundle vendorBackup() throws HostException;

  /**
   * What this host lacks that {@link #install}, or its proof, will need, found by trying it out;
   * changes nothing.
   */
  List<Finding> checkTools();

  /** What forbids to install in this way. */
  List<Finding> checkInstall(InstallSpec spec);

  /**
   * How the bundle differs from what {@code spec} asks for, as findings that inform: changed
   * settings are reported, not acted on.
   */
  List<Finding> compare(BundleSpec spec);

  /**
   * What has to be started anew before the system works with other files than the installed ones.
   *
   * @param content what the file of a path will hold; empty if it will not be there
   * @param settings those that are to come with a backup's files, as {@link #settings} told them;
   *     empty where they follow the files
   */
  RestartNeed restartNeed(Function<Path, Optional<byte[]>> content, Map<String, String> settings);

  /**
   * The steps that install a staged bundle on this node, without the restart.
   *
   * @param before the certificates that were installed before the rotation
   */
  List<Step> install(
      Bundle bundle, Optional<Secret> password, InstallSpec spec, List<CertificateSummary> before);

  /**
   * Whether an installed file has to get the permission bits back that it had before the rotation;
   * else what the vendor's tool gave it stays.
   *
   * @param before those bits, as {@code chmod} takes them
   */
  boolean keepsMode(int before);

  /**
   * Stops the system on all nodes, detached from this process; {@link #restart} starts it again.
   *
   * @param runDirectory beginning of the name of its private directories
   * @return the step; run again it attaches to a stop that is under way, and else stops once more,
   *     which harms nothing
   */
  Step stop(Path runDirectory);

  /**
   * Settings of the system that name files of {@link #rollbackSet}, by their names: what a backup
   * keeps beside the files.
   */
  Map<String, String> settings() throws HostException;

  /**
   * Brings settings of the system that depend on which files are there in line with restored ones.
   *
   * @param settings what {@link #settings} said of them; empty where that is not known
   * @return what was done, as an addition to a note; empty if nothing had to be done
   */
  String followRestored(Map<String, String> settings) throws HostException;

  /** Whether the system is seen to run on every node. */
  boolean runsEverywhere();

  /**
   * The restart, detached from this process; where all nodes are started at once, their start.
   *
   * @param runDirectory private directory of this one restart
   * @param serviceStartBefore {@link NodeFacts#serviceStart} before it
   * @param again whether this restart was seen to fail before, and is only looked at once more: it
   *     is good if the service has come up since
   * @return the step; run again with the same directory it attaches to the restart and never starts
   *     a second one
   */
  Step restart(Path runDirectory, String serviceStartBefore, boolean again);

  /** The certificates installed on this node. */
  List<CertificateSummary> installed();

  /**
   * The service's process start as the system says it now, without waiting; empty if it does not
   * say.
   */
  String serviceStart();

  /** Whether two words of {@link #serviceStart} tell of one and the same start. */
  boolean sameStart(String one, String other);

  /**
   * Whether {@link #served} always tells what the service works with, so that a service which
   * serves nothing is down.
   */
  boolean servedIsLoaded();

  /**
   * The certificate that the service on this node serves now, as the SHA-256 of its DER form in
   * lower-case hexadecimal. Asked once, within a bounded time.
   *
   * @return empty if it is not known where to look, or nothing is served there
   */
  String served();

  /** What people will notice while the nodes of the cluster are mixed, as findings that inform. */
  List<Finding> forewarnings();

  /**
   * What the system's status script prints now, unread.
   *
   * @throws HostException if it cannot be run or does not end
   */
  String statusText() throws HostException;

  /** The names of hosts in such a text, as far as it can be read. */
  List<String> hostsIn(String statusText);

  /** The restart as a person would do it in a shell, for the instructions beside a backup. */
  String restartByHand();

  /**
   * Waits until the system works with what is installed, and proves it from this node.
   *
   * @param expectedDigest digest of the bundle that must be installed; empty if any
   * @param healthy whether the system must be healthy (false where it was not before either)
   * @return what was proven, and what was not
   */
  Proof prove(String expectedDigest, boolean healthy, Proving proving);

  /**
   * What was seen while proving.
   *
   * @param proven whether everything asked for holds
   * @param agreed when, within the call, the system was first seen to agree
   * @param role the node's own HA role, as it saw it then: no node can prove what another one sees
   * @param certificates installed or served certificates that prove it
   * @param findings what is missing to a proof, or was noticed
   */
  record Proof(
      boolean proven,
      Instant agreed,
      HaRole role,
      List<CertificateSummary> certificates,
      List<Finding> findings) {}

  /**
   * What a proof looks at beside the system itself.
   *
   * @param role the node's HA role before the rotation: a swap is a warning
   * @param replaced whether a new bundle was installed: an older state that was brought back holds
   *     whatever it held
   * @param before the certificates that were installed before the rotation
   * @param expired whether the old certificates that were brought back had expired: then nobody
   *     need trust them, and the nodes need not hear each other
   * @param startBefore {@link NodeFacts#serviceStart} before this rotation's restart of the node;
   *     empty if it was not restarted, or the system did not say
   * @param installed when this rotation wrote its last file on the node; empty if it wrote none
   * @param managerUrl page whose answer proves life; empty if none
   * @param peers the other nodes
   * @param password the password of the key; empty if none was given
   */
  record Proving(
      HaRole role,
      boolean replaced,
      List<CertificateSummary> before,
      boolean expired,
      String startBefore,
      Optional<Instant> installed,
      String managerUrl,
      List<NodeIdentity> peers,
      Optional<Secret> password) {}
}
