package hacert.result;

import java.util.List;

/**
 * What records that are read from outside must have. A record without it cannot be made, so that
 * who reads it learns at once what is missing, and nobody later meets a null.
 */
public final class Needed {
  private Needed() {}

  /**
   * The same value.
   *
   * @param name what it is called, for people
   * @throws IllegalArgumentException if there is none
   */
  public static <T> T value(String name, T value) {
    if (value == null) {
      throw new IllegalArgumentException(name + " is missing");
    }
    return value;
  }

  /**
   * A copy of the list.
   *
   * @param name what it is called, for people
   * @throws IllegalArgumentException if there is none, or it has an element that is null
   */
  public static <T> List<T> list(String name, List<T> list) {
    value(name, list).forEach(element -> value("an element of " + name, element));
    return List.copyOf(list);
  }
}
