package hacert.rotation;

import hacert.target.Bundle;
import hacert.target.Secret;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The secrets that came with a request, by name; wiped by {@link #close}. */
public final class Secrets implements AutoCloseable {
  /** Name of the key's password. */
  public static final String PASSWORD = "password";

  /** Name of the password that opens the given bundle. */
  public static final String BUNDLE_PASSWORD = "bundle_password";

  /** Name of the password of the key of a CA of our own. */
  public static final String CA_PASSWORD = "ca_password";

  /** What stands before the name of a file of a CA that issues what is made. */
  public static final String CA = "ca/";

  /** What stands before the name of a file of the given bundle. */
  public static final String BUNDLE = "bundle/";

  private final Map<String, Secret> byName;

  /** Takes the secrets over. */
  public Secrets(Map<String, Secret> byName) {
    this.byName = Map.copyOf(byName);
  }

  /** The key's password. */
  public Optional<Secret> password() {
    return Optional.ofNullable(byName.get(PASSWORD));
  }

  /** The password that opens the given bundle: its own, else the key's. */
  public Optional<Secret> bundlePassword() {
    return Optional.ofNullable(byName.get(BUNDLE_PASSWORD)).or(this::password);
  }

  /** The password of the key of a CA of our own. */
  public Optional<Secret> caPassword() {
    return Optional.ofNullable(byName.get(CA_PASSWORD));
  }

  /** A copy of the files of the given bundle, by name, which the caller closes. */
  public Bundle bundle() {
    return files(BUNDLE);
  }

  /** A copy of the files of the CA that issues what is made, which the caller closes. */
  public Optional<Bundle> ca() {
    return Optional.of(files(CA)).filter(ca -> !ca.files().isEmpty());
  }

  private Bundle files(String before) {
    Map<String, byte[]> files = new TreeMap<>();
    byName.forEach(
        (name, secret) -> {
          if (name.startsWith(before)) {
            files.put(name.substring(before.length()), secret.copy());
          }
        });
    return new Bundle(files);
  }

  /** Names of all secrets, in a fixed order. */
  public List<String> names() {
    return byName.keySet().stream().sorted().toList();
  }

  /** Writes the secrets of these names as a request carries them: NUL, then length and bytes. */
  void frame(List<String> names, ByteArrayOutputStream out) {
    out.write(0);
    for (String name : names) {
      byte[] bytes = byName.get(name).copy();
      out.writeBytes(ByteBuffer.allocate(Integer.BYTES).putInt(bytes.length).array());
      out.writeBytes(bytes);
      Arrays.fill(bytes, (byte) 0);
    }
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
