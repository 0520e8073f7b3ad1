package hacert.playbook;

import java.util.List;

/** Hosts of a lab that rotate together. */
interface LabCluster {
  /** Its name in the inventory. */
  String cluster();

  /** Its hosts, the first active one first. */
  List<LabHost> hosts();
}
