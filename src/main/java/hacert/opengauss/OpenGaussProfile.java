package hacert.opengauss;

/**
 * The values of openGauss: resource {@code hacert/profiles/opengauss.yaml}; docs/profiles.md
 * explains each.
 *
 * @param gsOm the vendor's tool for a cluster, looked for in PATH
 * @param gsCtl the vendor's tool for one datanode, likewise
 * @param gsGuc the vendor's tool for settings, likewise
 * @param gaussdb the server, likewise; asked for its version
 * @param gsql the vendor's client, likewise
 * @param sslDirectories where gs_om installs beside the data directory
 * @param haPortOffset what the HA port is more than the port; 0: no handshake is made there
 * @param handshakeSeconds how long one handshake may take
 * @param statusSeconds deadline of one call that only looks
 * @param certificateSeconds how long to wait for gs_om -t cert; it is never ended
 * @param stopSeconds how long to wait for gs_om -t stop; it is never ended
 * @param startSeconds how long to wait for gs_om -t start, and then for the cluster; never ended
 * @param settleSeconds how long the cluster may take to become normal before a rotation
 * @param confirmSeconds how long it may take to be proven after one
 * @param caValidityDays validity of a CA that is made, in days
 */
record OpenGaussProfile(
    String gsOm,
    String gsCtl,
    String gsGuc,
    String gaussdb,
    String gsql,
    SslDirectories sslDirectories,
    int haPortOffset,
    int handshakeSeconds,
    int statusSeconds,
    int certificateSeconds,
    int stopSeconds,
    int startSeconds,
    int settleSeconds,
    int confirmSeconds,
    int caValidityDays) {

  /**
   * Paths below {@code GAUSSHOME}.
   *
   * @param om the files of the tools
   * @param cm those of the cluster manager; need not exist
   * @param dss those of the shared storage; need not exist
   */
  record SslDirectories(String om, String cm, String dss) {}

  /** Refuses deadlines that are over before they begin. */
  OpenGaussProfile {
    if (haPortOffset < 0) {
      throw new IllegalArgumentException("ha_port_offset must be 0 or more");
    }
    positive("handshake_seconds", handshakeSeconds);
    positive("status_seconds", statusSeconds);
    positive("certificate_seconds", certificateSeconds);
    positive("stop_seconds", stopSeconds);
    positive("start_seconds", startSeconds);
    positive("ca_validity_days", caValidityDays);
  }

  private static void positive(String key, int value) {
    if (value <= 0) {
      throw new IllegalArgumentException(key + " must be more than 0");
    }
  }
}
