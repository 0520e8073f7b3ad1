/**
 * The target {@code mrs-ha}: the HA certificates of an MRS Manager (FusionInsight Manager) pair of
 * management nodes.
 */
package hacert.oms;
