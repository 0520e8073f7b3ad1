/**
 * Rules for what may be installed, as findings with stable codes. Nothing here stops at the first
 * breach or throws at bad input: an operator wants to see everything that is wrong at once.
 */
package hacert.policy;
