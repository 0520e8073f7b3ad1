package hacert.rotation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import hacert.host.AtomicFiles;
import hacert.host.FileMeta;
import hacert.host.HostException;
import hacert.result.Json;
import hacert.result.Result;
import hacert.target.Bundle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;

/**
 * This node's part where the control machine carries the bundle. What the nodes have to tell each
 * other stands in the data of their results of stage, which the control machine passes on: {@code
 * recipient}, the public key that a node offers, and {@code sealed}, the bundle by node.
 */
final class Carrier {
  private static final String RECIPIENT = "recipient";
  private static final String SEALED = "sealed";
  private static final String KEY = "key";

  private final Site site;
  private final Plan plan;

  Carrier(Site site) {
    this.site = site;
    this.plan = site.plan();
  }

  /** Whether the node that makes or takes the bundle was asked already. */
  boolean makerHasTold() {
    return told(plan.maker()).isPresent();
  }

  /** Whether a node waits for the bundle: it has offered a key, and is not staged. */
  boolean isAsked() {
    return plan.receivers().stream().anyMatch(name -> !recipient(name).isEmpty());
  }

  private String recipient(String node) {
    return told(node).map(d -> d.path(RECIPIENT).asText()).orElse("");
  }

  /** Makes the key that the bundle is to be sealed to, and keeps its private half here. */
  Steps.Done offer() throws HostException {
    byte[] key = SealedBundle.newKey(site.host().random());
    try {
      Path directory = site.state().recipient(plan.rotation());
      AtomicFiles.directories(directory, 0700);
      AtomicFiles.write(directory.resolve(KEY), key, FileMeta.mine(0600));
      return new Steps.Done("a key to seal the bundle to", offered(key));
    } finally {
      Arrays.fill(key, (byte) 0);
    }
  }

  /** In a dry run: offers a key that nobody keeps. */
  ObjectNode trial() {
    byte[] key = SealedBundle.newKey(site.host().random());
    try {
      return offered(key);
    } finally {
      Arrays.fill(key, (byte) 0);
    }
  }

  /** The bundle, sealed to each node that has offered a key; a node that is staged offers none. */
  ObjectNode sealed(Bundle bundle) throws HostException {
    ObjectNode sealed = Json.mapper().createObjectNode();
    for (String name : plan.receivers()) {
      String recipient = recipient(name);
      if (!recipient.isEmpty()) {
        sealed.put(name, SealedBundle.seal(bundle, recipient, way(name)));
      }
    }
    return Json.mapper().createObjectNode().set(SEALED, sealed);
  }

  /** Opens what the node that has the bundle sealed, and puts it where a copy would lie. */
  void open() throws HostException {
    String sealed =
        told(plan.maker()).map(d -> d.path(SEALED).path(site.name()).asText()).orElse("");
    byte[] key = {};
    try {
      key = Files.readAllBytes(site.state().recipient(plan.rotation()).resolve(KEY));
      try (Bundle bundle =
          SealedBundle.open(sealed, key, way(site.name()), site.target().bundleFiles())) {
        StagedBundle.write(site.state().bundle(plan.rotation()), bundle);
      }
    } catch (IOException e) {
      throw new HostException(
          "FILE_NOT_READABLE",
          "The key that the bundle is sealed to cannot be read: " + e,
          "Run the same command again: it stages anew.");
    } finally {
      Arrays.fill(key, (byte) 0);
    }
  }

  private static ObjectNode offered(byte[] key) {
    return Json.mapper().createObjectNode().put(RECIPIENT, SealedBundle.recipient(key));
  }

  /** What a node answered to this rotation's stage last, as far as it was passed on. */
  private Optional<JsonNode> told(String node) {
    return site.request().staged().stream()
        .filter(r -> r.operation().equals("stage") && r.host().equals(node))
        .filter(r -> plan.rotation().equals(r.rotation()) && r.outcome().good())
        .map(Result::data)
        .reduce((earlier, later) -> later);
  }

  private SealedBundle.Way way(String to) {
    return new SealedBundle.Way(site.request().cluster(), plan.rotation(), plan.maker(), to);
  }
}
