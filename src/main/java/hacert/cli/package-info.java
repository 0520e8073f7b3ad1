/**
 * The command line: one class a command, results for programs and texts for people, exit codes in
 * one place ({@link hacert.result.Exit}). Output goes through picocli's writers, so that tests see
 * it.
 */
package hacert.cli;
