# Copyright The hacert authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes each task's result of hacert as a line of JSON to the file that HACERT_RECORD names; for the tests only."""

from __future__ import absolute_import, annotations, division, print_function

__metaclass__ = type

DOCUMENTATION = """
name: hacert_recorder
type: notification
short_description: records the results of hacert for the tests
description:
  - Appends a line of JSON a result to the file that E(HACERT_RECORD) names.
  - After the result that E(HACERT_PAUSE) names as C(OPERATION@HOST) it makes a file RECORD.reached and holds the run until there is
    a file RECORD.go, so that a test can act between two steps.
  - For a cluster of which it has a result of close it makes a file RECORD.closed-CLUSTER.
requirements:
  - enabled in the configuration
"""

import json
import os
import time

from ansible.plugins.callback import CallbackBase


class CallbackModule(CallbackBase):
    """A task with a loop tells its items one by one, and all of them again at its end: the end is left out.

    One that asks several nodes at once has no loop and tells of all of them at its end.
    """

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "notification"
    CALLBACK_NAME = "hacert_recorder"
    CALLBACK_NEEDS_ENABLED = True

    def _record(self, result):
        many = result._task.action == "hacert" and not result._task.loop and result._result.get("results")
        for answer in many or [result._result]:
            self._keep(answer)

    def _keep(self, answer):
        told = answer.get("hacert")
        if isinstance(told, dict):
            line = {"result": told, "changed": answer.get("changed"), "diff": answer.get("diff")}
            with open(os.environ["HACERT_RECORD"], "a", encoding="utf-8") as file:
                file.write(json.dumps(line) + "\n")
            if told.get("operation") == "close":
                self._make(".closed-" + told["cluster"])
            if os.environ.get("HACERT_PAUSE") == "%s@%s" % (told.get("operation"), told.get("host")):
                self._pause()

    @staticmethod
    def _make(suffix):
        with open(os.environ["HACERT_RECORD"] + suffix, "w", encoding="utf-8"):
            pass

    def _pause(self):
        self._make(".reached")
        end = time.monotonic() + 300
        while not os.path.exists(os.environ["HACERT_RECORD"] + ".go") and time.monotonic() < end:
            time.sleep(0.02)

    def v2_runner_on_ok(self, result):
        self._record(result)

    def v2_runner_on_failed(self, result, ignore_errors=False):
        self._record(result)

    def v2_runner_item_on_ok(self, result):
        self._record(result)

    def v2_runner_item_on_failed(self, result):
        self._record(result)
