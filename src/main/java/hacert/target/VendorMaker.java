package hacert.target;

import hacert.host.HostException;
import hacert.result.Finding;
import java.nio.file.Path;
import java.util.List;

/**
 * The vendor's own way to make a bundle on this node. It writes into directories that the service
 * may read, so whoever runs it puts those right again.
 */
public interface VendorMaker {
  /**
   * What is to be said before it is run, without running it.
   *
   * @return warnings
   * @throws HostException if it cannot be run, or not with this specification
   */
  List<Finding> check(BundleSpec spec) throws HostException;

  /** How the paths of all files begin that it is known to write. */
  String output();

  /**
   * Runs it and reads what it has written, which is left where it is.
   *
   * @param marker text that marks its processes in their environment
   * @param kept directory where what it prints is kept, without the password
   * @throws HostException if it fails, or made nothing
   */
  Bundle make(BundleSpec spec, Secret password, String marker, Path kept) throws HostException;
}
