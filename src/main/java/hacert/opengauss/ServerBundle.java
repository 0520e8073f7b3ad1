package hacert.opengauss;

import java.util.List;
import java.util.stream.Stream;

/**
 * The files of a bundle, and where {@code gs_om -t cert} puts them: the names are the vendor's and
 * cannot be chosen.
 */
public final class ServerBundle {
  /** Certificates of the CAs that the server trusts, PEM. */
  public static final String CA = "cacert.pem";

  /** The server's certificate, then its issuers, PEM. */
  public static final String SERVER_CERTIFICATE = "server.crt";

  /** The server's key, PEM, encrypted. */
  public static final String SERVER_KEY = "server.key";

  /** The client's certificate, then its issuers, PEM. */
  public static final String CLIENT_CERTIFICATE = "client.crt";

  /** The client's key, PEM, encrypted. */
  public static final String CLIENT_KEY = "client.key";

  /** Revocation lists, PEM. Optional; without it the server asks for none. */
  public static final String CRL = "sslcrl-file.crl";

  /** Configuration of openssl. Optional; nothing of this program reads it. */
  public static final String OPENSSL_CONFIGURATION = "openssl.cnf";

  /** The client's key for JDBC, PKCS#8 in DER. Optional. */
  public static final String JDBC_KEY = "client.key.pk8";

  /** What the package is called. */
  public static final String PACKAGE = "db-cert-replacement.zip";

  /** What is added to the name of a key, for the two files of {@link KeyPassword}. */
  public static final String CIPHER = ".cipher";

  /** The other of the two. */
  public static final String RAND = ".rand";

  /** The nine that a package has to hold, in the order in which it does. */
  public static final List<String> REQUIRED =
      List.of(
          CA,
          SERVER_CERTIFICATE,
          SERVER_KEY,
          SERVER_KEY + CIPHER,
          SERVER_KEY + RAND,
          CLIENT_CERTIFICATE,
          CLIENT_KEY,
          CLIENT_KEY + CIPHER,
          CLIENT_KEY + RAND);

  /** The three that it may hold. Those that it lacks are removed where they are installed. */
  public static final List<String> OPTIONAL = List.of(CRL, OPENSSL_CONFIGURATION, JDBC_KEY);

  /** All of them, in the order of a package. */
  public static final List<String> ALL =
      Stream.concat(REQUIRED.stream(), OPTIONAL.stream()).toList();

  /** What a client needs. */
  public static final List<String> OF_CLIENT =
      List.of(CA, CLIENT_CERTIFICATE, CLIENT_KEY, CLIENT_KEY + CIPHER, CLIENT_KEY + RAND, JDBC_KEY);

  /** What the tools of a node need: the client's, and the configuration of openssl. */
  static final List<String> OF_TOOLS =
      Stream.concat(OF_CLIENT.stream(), Stream.of(OPENSSL_CONFIGURATION)).toList();

  private static final List<String> OF_SERVER =
      List.of(CA, SERVER_CERTIFICATE, SERVER_KEY, SERVER_KEY + CIPHER, SERVER_KEY + RAND, CRL);

  /** A directory of a node that holds a bundle, or a part of one. */
  public enum Place {
    /** The data directory of the node's first datanode: what the server reads. */
    DATA(OF_SERVER, 0600),
    /**
     * {@code $GAUSSHOME/share/sslcert/om}: everything for clients of this node. Only the server
     * reads the CRL, so none is looked for here.
     */
    OM(ALL.stream().filter(name -> !name.equals(CRL)).toList(), 0600),
    /** {@code $GAUSSHOME/share/sslcert/cm}, where it exists: the cluster manager's. */
    CM(REQUIRED, 0400),
    /** {@code $GAUSSHOME/share/sslcert/dss}, where it exists: the shared storage's. */
    DSS(REQUIRED, 0400);

    private final List<String> files;
    private final int mode;

    Place(List<String> files, int mode) {
      this.files = files;
      this.mode = mode;
    }

    /** Names of the files that belong there, as far as the bundle has them. */
    public List<String> files() {
      return files;
    }

    /** Mode of each of them, as {@code chmod} takes it. */
    public int mode() {
      return mode;
    }
  }

  private ServerBundle() {}
}
