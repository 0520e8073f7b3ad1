/**
 * What a port really serves: the only proof that a certificate was replaced. Looks and never
 * trusts: no data is sent after the handshake.
 */
package hacert.probe;
