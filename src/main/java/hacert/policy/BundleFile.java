package hacert.policy;

import hacert.result.Finding;

/** A file of a bundle: its content, or why it has none to give. */
public sealed interface BundleFile {

  /**
   * What the file holds; the caller wipes it when it may hold a key.
   *
   * @param bytes at least one
   */
  record Content(byte[] bytes) implements BundleFile {
    /** Never the bytes. */
    @Override
    public String toString() {
      return "Content[" + bytes.length + " bytes]";
    }
  }

  /**
   * Why it cannot be used.
   *
   * @param finding {@code FILE_MISSING}, {@code FILE_NOT_REGULAR}, {@code FILE_TOO_LARGE}, {@code
   *     FILE_UNREADABLE} or {@code FILE_EMPTY}
   */
  record Refused(Finding finding) implements BundleFile {}
}
