/**
 * Keys and certificates: made here, read from files of others, compared. Knows X.509 (RFC 5280),
 * PEM (RFC 7468, RFC 1421), PKCS#1 (RFC 8017), SEC1 (RFC 5915) and PKCS#8 (RFC 5958, RFC 8018), and
 * judges nothing: rules are in {@code hacert.policy}.
 *
 * <p>Everything read may be hostile. Whatever it holds, reading ends soon and in one of the two
 * checked exceptions of this package, whose messages never hold a secret.
 */
package hacert.x509;
