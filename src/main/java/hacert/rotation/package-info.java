/**
 * The rotation itself: what is asked of every node, what is decided from the answers, and what is
 * done, step by step under a journal. The way of a rotation reads top-down in {@link
 * hacert.rotation.Discover}, {@link hacert.rotation.Decide}, {@link hacert.rotation.Stage}, {@link
 * hacert.rotation.Apply}, {@link hacert.rotation.Confirm}, {@link hacert.rotation.Close}; and in
 * {@link hacert.rotation.Rollback} when it failed.
 */
package hacert.rotation;
