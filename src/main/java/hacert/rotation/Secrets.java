package hacert.rotation;

import hacert.target.Secret;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The secrets that came with a request, by name; wiped by {@link #close}. */
public final class Secrets implements AutoCloseable {
  /** Name of the key's password. */
  public static final String PASSWORD = "password";

  private static final String BUNDLE = "bundle/";

  private final Map<String, Secret> byName;

  /** Takes the secrets over. */
  public Secrets(Map<String, Secret> byName) {
    this.byName = Map.copyOf(byName);
  }

  /** The key's password. */
  public Optional<Secret> password() {
    return Optional.ofNullable(byName.get(PASSWORD));
  }

  /** The files of the given bundle, by name; empty if none was given. */
  public Map<String, Secret> bundleFiles() {
    Map<String, Secret> files = new TreeMap<>();
    byName.forEach(
        (name, secret) -> {
          if (name.startsWith(BUNDLE)) {
            files.put(name.substring(BUNDLE.length()), secret);
          }
        });
    return files;
  }

  /** Whether any file of a bundle was given. */
  public boolean bundleGiven() {
    return byName.keySet().stream().anyMatch(name -> name.startsWith(BUNDLE));
  }

  @Override
  public void close() {
    byName.values().forEach(Secret::close);
  }

  @Override
  public String toString() {
    return "Secrets" + byName.keySet();
  }
}
