/**
 * The target {@code opengauss}: a cluster whose server and client certificates {@code gs_om -t
 * cert} replaces. What is known of it stands in the manuals and was seen with the vendor's scripts;
 * docs/how-it-works.md says how a rotation goes.
 */
package hacert.opengauss;
