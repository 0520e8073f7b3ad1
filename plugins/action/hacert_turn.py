# Copyright The hacert authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whose turn it is, in a run over many clusters.

Each cluster waits in a worker of its own, which knows the facts of the others only as they were when it was forked.
What all have to know lies therefore in a file of this one run: in ansible's own temporary directory, which is private
and removed when the run ends.

With the strategy host_pinned a cluster keeps its place until the end of the play: one that waits here takes none
from a cluster that is under way, however few forks there are.
"""

from __future__ import absolute_import, annotations, division, print_function

__metaclass__ = type

import contextlib
import fcntl
import json
import os
import sys
import time

from ansible import constants as C
from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display

display = Display()

FILE = "hacert-turns.json"
PAUSE = 0.5


class Turns:
    """Judges by what is known of each cluster: whether it runs, whether it had its turn and how it ended."""

    def __init__(self, known, order, parallel, canary, most_failed):
        self._order = order
        # Those that have left the play, too: what they did counts.
        self._names = order + [name for name in known if name not in order]
        self._known = {name: self._now(name, state) for name, state in known.items()}
        self._parallel = parallel
        self._canary = canary
        self._most_failed = most_failed

    def _now(self, name, state):
        """One that has left the play in its turn will never say how it ended."""
        if state.get("running") and name not in self._order:
            return dict(state, running=False, ended=True, outcome="failed", code=1)
        return state

    def _are(self, state):
        return [name for name in self._names if self._known.get(name, {}).get(state)]

    def _ended(self, well):
        """Those that had their turn. One that was refused before says nothing about the others."""
        return [name for name in self._are("ended") if (self._known[name]["code"] == 0) == well]

    def _new(self, names):
        """Without those that only go on with a rotation of an earlier run: they are no canaries."""
        return [name for name in names if not self._known[name].get("continues")]

    def _told(self, names):
        return ", ".join("%s: %s, code %d" % (n, self._known[n]["outcome"], self._known[n]["code"]) for n in names)

    def no(self):
        """Why no other cluster may begin any more, or an empty text."""
        failed = self._ended(well=False)
        canaries = self._new(failed)
        if canaries and len(self._new(self._ended(well=True))) < self._canary:
            return "Not begun, because a canary did not end well (%s)." % self._told(canaries)
        if len(failed) >= self._most_failed:
            return "Not begun, because others did not end well (%s) and hacert_max_failed_clusters is %d." % (
                self._told(failed),
                self._most_failed,
            )
        return ""

    def wait(self, cluster):
        """What this cluster has to wait for, or an empty text."""
        running = self._are("running")
        # Those before it have the first claim, so that it is the order of the inventory in which clusters begin.
        before = [name for name in self._order[: self._order.index(cluster)] if name not in self._known]
        proven = len(self._new(self._ended(well=True)))
        canaries = self._new(running) + before
        if proven < self._canary and len(canaries) >= self._canary - proven:
            return "waits for the canary: %s" % ", ".join(canaries)
        if len(running) + len(before) >= self._parallel:
            return "waits for one of these: %s" % ", ".join(running + before)
        return ""


class ActionModule(ActionBase):
    """`hacert_turn`: begins a cluster, or says that it has ended."""

    TRANSFERS_FILES = False
    _requires_connection = False
    _supports_async = False

    def run(self, tmp=None, task_vars=None):
        super().run(tmp, task_vars)
        unused, call = self.validate_argument_spec(
            argument_spec={
                "cluster": {"type": "str", "required": True},
                "order": {"type": "list", "elements": "str", "default": []},
                "continues": {"type": "bool", "default": False},
                "parallel": {"type": "int", "default": sys.maxsize},
                "canary": {"type": "int", "default": 0},
                "max_failed": {"type": "int", "default": 1},
                "end": {"type": "dict"},
                "begun": {"type": "bool", "default": True},
            },
            required_one_of=[("order", "end")],
        )
        if call["end"]:
            return self._end(call)
        return self._begin(call)

    def _begin(self, call):
        cluster = call["cluster"]
        parent = os.getppid()
        waited = False
        while True:
            with self._file() as known:
                turns = Turns(known, call["order"], call["parallel"], call["canary"], call["max_failed"])
                no = "" if call["continues"] else turns.no()
                wait = "" if call["continues"] or no else turns.wait(cluster)
                if not no and not wait:
                    known[cluster] = {"running": True, "continues": call["continues"]}
            if no or not wait:
                return {"changed": False, "begin": not no, "waited": waited, "msg": no}
            if os.getppid() != parent:
                raise AnsibleActionFail("The run has ended; cluster %s was not begun." % cluster)
            if not waited:
                display.display("%s  %-14s %s" % (time.strftime("%H:%M:%S"), cluster, wait))
            waited = True
            time.sleep(PAUSE)

    def _end(self, call):
        with self._file() as known:
            was = known.get(call["cluster"], {})
            begun = was.get("running", False) and call["begun"]
            known[call["cluster"]] = {
                "ended": begun,
                "continues": was.get("continues", False),
                "outcome": str(call["end"].get("outcome", "failed")),
                "code": int(call["end"].get("code", 1)),
            }
        return {"changed": False, "begin": begun, "waited": False, "msg": ""}

    @staticmethod
    @contextlib.contextmanager
    def _file():
        """What is known of all clusters, under a lock; what was changed is kept."""
        descriptor = os.open(os.path.join(C.DEFAULT_LOCAL_TMP, FILE), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        with open(descriptor, "r+", encoding="utf-8") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            known = json.loads(file.read() or "{}")
            yield known
            file.seek(0)
            file.truncate()
            file.write(json.dumps(known))
            file.flush()
