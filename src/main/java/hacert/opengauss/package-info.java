/** The target {@code opengauss}: the TLS certificates of an openGauss cluster. */
package hacert.opengauss;
