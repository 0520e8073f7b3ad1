# Copyright The hacert authors
# SPDX-License-Identifier: Apache-2.0
"""Documentation of the action plugin of the same name, which does the work on the control machine."""

DOCUMENTATION = r"""
module: hacert_turn
short_description: Wait for a cluster's turn in a run over many clusters, or end it
description:
  - Holds a cluster back until it may begin, or says that it may not, by how the other clusters of the same run fare.
  - What is known of the clusters lies in a file of the run on the control machine and is gone with it. No host is
    asked.
  - To be used with the strategy C(host_pinned), where a cluster that waits takes no fork from one that is under way.
options:
  cluster:
    description: Name of the cluster.
    type: str
    required: true
  order:
    description: Names of the clusters that are still in the play, in its order. Needed to begin. None is waited for
      that is not among them, and one that has gone while it was under way counts as failed. It is judged by
      the play as it was when the task began.
    type: list
    elements: str
    default: []
  continues:
    description: Whether an earlier run has begun to change the cluster. Such a one begins at once.
    type: bool
    default: false
  parallel:
    description: How many clusters may be under way at once. Any number by default.
    type: int
  canary:
    description: How many clusters must have ended well before others than these begin.
    type: int
    default: 0
  max_failed:
    description: How many clusters may have begun and not ended well until no other begins.
    type: int
    default: 1
  end:
    description: That the cluster has ended, as a dictionary of C(outcome) and C(code).
    type: dict
  begun:
    description: With C(end), whether anything was done. A cluster that was not due any more, or refused, when its turn
      had come counts for nothing.
    type: bool
    default: true
attributes:
  check_mode:
    description: Does the same, for it changes no host. The playbooks leave it out.
    support: full
author: The hacert authors
"""

EXAMPLES = r"""
- name: Wait for this cluster's turn
  hacert_turn:
    cluster: oms-east
    order: [oms-east, oms-west]
    canary: 1
  register: turn

- name: End it
  hacert_turn:
    cluster: oms-east
    end: {outcome: succeeded, code: 0}
"""

RETURN = r"""
begin:
  description: Whether the cluster may begin.
  returned: always
  type: bool
waited:
  description: Whether it had to wait, so that what was decided for it may be out of date.
  returned: always
  type: bool
msg:
  description: Why it may not begin.
  returned: always
  type: str
"""

raise SystemExit("hacert_turn works through its action plugin: set action_plugins to the directory plugins/action")
