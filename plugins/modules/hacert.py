# Copyright The hacert authors
# SPDX-License-Identifier: Apache-2.0
"""Documentation of the action plugin of the same name, which does the work on the control machine."""

DOCUMENTATION = r"""
module: hacert
short_description: Ask one node of a cluster for one step of a certificate rotation
description:
  - Sends one request to the executor, a Java program on the node, and answers with its JSON result.
  - One call is one round trip over the node's connection. The node needs Java 17 and a POSIX shell, no Python.
    The executor is stored there when its hash differs; in check mode it is put into a temporary directory that
    is removed before the call ends.
  - The node is the host of the task, or the one it is delegated to; or several C(nodes) are asked at once.
  - Settings and secrets are read from the variables of the node (C(hacert_*), see the role C(rotation)). They are
    never given as options, so that they stand in no log.
  - The task fails when the outcome is C(refused) or C(failed). C(discover) fails only when something is wrong on the
    control machine, because C(decide) judges what was found, even that a node cannot be reached.
options:
  operation:
    description:
      - What is asked of the node.
      - C(purge) lists the kept generations with their private keys, and removes the one that C(hacert_generation)
        names. It needs no plan.
      - C(install) and C(remove) store and delete the executor itself. Where C(install) has stored it, it is started once.
    type: str
    required: true
    choices: [discover, decide, stage, apply, confirm, close, rollback, purge, install, remove]
  members:
    description: Names of all nodes of the cluster, as in the inventory.
    type: list
    elements: str
    default: []
  nodes:
    description:
      - Names of nodes that are asked at once, each over its own connection, in place of the host of the task.
      - The task ends when all have answered, and fails when one of them did.
    type: list
    elements: str
    default: []
  intent:
    description: What the run is asked for. Of C(decide) and C(close) only.
    type: str
    choices: [rotate, rollback, check]
    default: rotate
  found:
    description: Results of C(discover), one a node. Of C(decide), and of C(stage), to know what is open.
    type: list
    elements: dict
    default: []
  failed:
    description: Results that failed in this run, oldest first. Of C(decide) only.
    type: list
    elements: dict
    default: []
  plan:
    description: The plan as C(decide) gave it. Required by C(stage), C(apply), C(confirm), C(close) and C(rollback).
    type: dict
  staged:
    description:
      - Results of C(stage) of this rotation. Required by C(apply) on the first node.
      - Where the control machine carries the bundle, C(stage) needs those so far. It stands sealed in them.
    type: list
    elements: dict
    default: []
  first:
    description: The first node's result of C(apply). Required by C(apply) on the other nodes.
    type: dict
  proven:
    description: Results of C(confirm) of all nodes. Of C(close), which compares the HA roles in them.
    type: list
    elements: dict
    default: []
attributes:
  check_mode:
    description: Nothing that belongs to the node is changed, and nothing is left behind.
    support: full
  diff_mode:
    description: Shows the certificates before and after.
    support: full
author: The hacert authors
"""

EXAMPLES = r"""
- name: Ask what a node looks like
  hacert:
    operation: discover
    members: [oms1-a, oms1-b]
  delegate_to: oms1-a
  register: found

- name: Ask what is due
  hacert:
    operation: decide
    intent: check
    members: [oms1-a, oms1-b]
    found: ["{{ found.hacert }}"]
"""

RETURN = r"""
hacert:
  description:
    - The result, format C(hacert.result/1). A lost connection, a missing Java and an answer that is no result
      give a result of the same form, with the findings C(HOST_UNREACHABLE), C(JAVA_MISSING) and C(EXECUTOR_NO_RESULT);
      so does a login profile that swallows the request, with C(INPUT_LOST).
  returned: always, except for the operations C(install) and C(remove), and within C(results) where there are C(nodes)
  type: dict
  sample: {schema: hacert.result/1, operation: apply, host: oms1-a, outcome: succeeded, exit_code: 0, findings: []}
results:
  description: One answer a node, in the order of C(nodes).
  returned: when C(nodes) are given
  type: list
  elements: dict
msg:
  description: The outcome and the gravest findings with their remedies.
  returned: always
  type: str
"""

raise SystemExit("hacert works through its action plugin: set action_plugins to the directory plugins/action")
