/**
 * openGauss clusters: the bundle of nine files that the server reads, the two files of a key's
 * password, the package that {@code gs_om -t cert} takes. Knows X.509 from {@code hacert.x509} and
 * judges by the rules of this server.
 */
package hacert.opengauss;
