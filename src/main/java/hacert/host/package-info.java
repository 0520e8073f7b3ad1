/**
 * What this program does to the machine it runs on: processes and pseudo-terminals, files that
 * appear whole or not at all, snapshots that can be put back, the lock of a call, the login
 * environment, and the copy to the other node. Nothing here knows of certificates or vendors.
 */
package hacert.host;
