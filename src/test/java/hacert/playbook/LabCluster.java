package hacert.playbook;

import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;

/** Hosts of a lab that rotate together. */
interface LabCluster {
  /** Its name in the inventory. */
  String cluster();

  /** Its hosts, the first active one first. */
  List<LabHost> hosts();

  /** How often each host's node was restarted, in their order. */
  default List<Integer> restarts() {
    return hosts().stream().map(LabHost::restarts).toList();
  }

  /** How often each was restarted from one time to another. */
  static List<Integer> restarts(List<Integer> before, List<Integer> then) {
    return IntStream.range(0, then.size()).mapToObj(i -> then.get(i) - before.get(i)).toList();
  }

  /** The most restarts that a host had in one of two runs. */
  static int mostRestarts(List<Integer> before, List<Integer> middle, List<Integer> end) {
    return Math.max(
        Collections.max(restarts(before, middle)), Collections.max(restarts(middle, end)));
  }

  /** On how many hosts a journal is open. */
  default int openJournals() {
    return (int) hosts().stream().filter(LabHost::journalOpen).count();
  }
}
