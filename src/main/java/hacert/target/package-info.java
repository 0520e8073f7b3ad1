/**
 * What a rotation needs of a kind of system: {@code Target} of the system, {@code ManagedNode} of a
 * host of it. {@code hacert.oms} and {@code hacert.opengauss} implement both; {@code
 * hacert.rotation} knows no more of them than stands here.
 */
package hacert.target;
