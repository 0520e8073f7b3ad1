package hacert.playbook;

import java.util.HashMap;
import java.util.Map;

/** The private keys that the hosts of a cluster had at one time, to be found again later. */
final class OldKeys {
  private final Map<LabHost, Map<String, String>> keys = new HashMap<>();

  OldKeys(LabCluster cluster) {
    for (LabHost host : cluster.hosts()) {
      Map<String, String> installed = host.keys();
      if (installed.isEmpty()) {
        throw new AssertionError(host.name() + ": no private key is installed");
      }
      keys.put(host, installed);
    }
  }

  /** How many are neither installed where they were nor in a generation that is whole. */
  int lost() {
    return keys.entrySet().stream().mapToInt(e -> lost(e.getKey(), e.getValue())).sum();
  }

  private static int lost(LabHost host, Map<String, String> old) {
    Map<String, String> now = host.keys();
    return (int)
        old.entrySet().stream()
            .filter(key -> !key.getValue().equals(now.get(key.getKey())))
            .filter(key -> !host.keeps(key.getValue()))
            .count();
  }
}
