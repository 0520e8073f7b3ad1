package hacert.target;

import hacert.host.HostException;
import hacert.result.Finding;
import java.nio.file.Path;
import java.util.List;

/**
 * The vendor's own way to make a bundle on this node. It writes into a directory that the service
 * may read, so whoever runs it puts that directory right again.
 */
public interface VendorMaker {
  /** The directory in use that it writes into. */
  Path output();

  /**
   * What is to be said before it is run, without running it.
   *
   * @return warnings
   * @throws HostException if it cannot be run, or not with this specification
   */
  List<Finding> check(BundleSpec spec) throws HostException;

  /**
   * Runs it and reads what it has written into {@link #output}, which is left there.
   *
   * @param marker text that marks its processes in their environment
   * @param kept directory where what it prints is kept, without the password
   * @throws HostException if it fails, or made nothing
   */
  Bundle make(BundleSpec spec, Secret password, String marker, Path kept) throws HostException;
}
