# Copyright The hacert authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Output for people who watch a rotation: one line a node and step, with the findings below it."""

from __future__ import absolute_import, annotations, division, print_function

__metaclass__ = type

DOCUMENTATION = """
name: hacert
type: stdout
short_description: one line a node and step of a certificate rotation
description:
  - Prints the time, cluster, node, step and outcome of each step, and its findings with their remedies.
  - Fits 100 columns. Colours only on a terminal.
  - At C(-vv) and above the output of the callback C(default) follows in addition.
extends_documentation_fragment:
  - default_callback
  - result_format_callback
requirements:
  - set as stdout in configuration
"""

import textwrap
import time

from ansible import constants as C
from ansible.plugins.callback.default import CallbackModule as Default

COLOURS = {
    "unchanged": C.COLOR_OK,
    "planned": C.COLOR_CHANGED,
    "succeeded": C.COLOR_CHANGED,
    "rolled-back": C.COLOR_WARN,
    "refused": C.COLOR_ERROR,
    "failed": C.COLOR_ERROR,
}
SEVERITIES = {"error": C.COLOR_ERROR, "warning": C.COLOR_WARN, "info": C.COLOR_VERBOSE}
WIDTH = 100


class CallbackModule(Default):
    """Everything that is not a step of a rotation is shown only when it failed or speaks (debug)."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "stdout"
    CALLBACK_NAME = "hacert"

    def _detailed(self):
        return self._display.verbosity >= 2

    def _say(self, text, colour=None):
        self._display.display(text, color=colour)

    def _paragraph(self, text, indent, colour=None):
        for line in str(text).splitlines() or [""]:
            for part in textwrap.wrap(line, WIDTH - len(indent), break_long_words=False) or [""]:
                self._say(indent + part, colour)

    def _step(self, told):
        result = told["hacert"]
        outcome = str(result.get("outcome"))
        line = "%s  %-14s %-20s %-9s %-11s %s" % (
            time.strftime("%H:%M:%S"),
            result.get("cluster", ""),
            result.get("host", ""),
            result.get("operation", ""),
            outcome,
            self._note(result),
        )
        self._say(line.rstrip(), COLOURS.get(outcome))
        for finding in result.get("findings", []):
            severity = finding.get("severity", "error")
            if severity == "info" and self._display.verbosity < 1:
                continue
            colour = SEVERITIES.get(severity)
            self._paragraph("%s %s: %s" % (severity, finding.get("code"), finding.get("message")), " " * 10, colour)
            if finding.get("remedy"):
                self._paragraph("do: %s" % finding["remedy"], " " * 12, colour)
        if told.get("diff") and not self._detailed():
            self._say(self._get_diff(told["diff"]).rstrip("\n"))

    @staticmethod
    def _note(result):
        data = result.get("data") or {}
        timings = result.get("timings") or {}
        discovery = data.get("discovery") or {}
        plan = data.get("plan") or {}
        notes = []
        if discovery.get("role"):
            notes.append(discovery["role"])
        if plan.get("action") == "none":
            notes.append("nothing is due")
        elif plan.get("action") == "rotate" and plan.get("kind") in ("restore", "vendor"):
            notes.append("restore generation %s" % plan["restore"] if plan.get("restore") else "restore its own backup")
        elif plan.get("action"):
            notes.append({"back": "go back", "stop": "a person must decide"}.get(plan["action"], plan["action"]))
        if "kept" in data:
            notes.append("keeps generations " + ", ".join(str(one["number"]) for one in data["kept"]))
        if data.get("recipient"):
            notes.append("offers a key")
        for key, word in (("restart", "restart"), ("mixed_window", "mixed window")):
            if isinstance(timings.get(key), (int, float)):
                notes.append("%s %.1f s" % (word, timings[key]))
        return ", ".join(notes)

    def _told(self, result, otherwise, failed=False):
        """Shows the steps in a result. `otherwise` is what the default callback does with it."""
        told = result._result
        if "results" in told and isinstance(told["results"], list) and result._task.loop:
            pass  # its items were shown when they came
        elif "results" in told and result._task.action == "hacert":
            self._handle_warnings(told)
            for one in told["results"]:
                self._step(one)
        elif isinstance(told.get("hacert"), dict):
            self._handle_warnings(told)
            self._step(told)
        elif failed:
            self._handle_warnings(told)
            where = "%s  %s: %s" % (time.strftime("%H:%M:%S"), result._host.get_name(), result._task.get_name())
            self._say(where, C.COLOR_ERROR)
            self._paragraph(told.get("msg", "failed without a message; -vv shows more"), " " * 10, C.COLOR_ERROR)
        elif result._task.action in C._ACTION_DEBUG:
            lines = told.get("msg", "")
            self._say("\n".join(lines) if isinstance(lines, list) else str(lines))
        else:
            self._handle_warnings(told)
        if self._detailed():
            otherwise()

    def v2_runner_on_ok(self, result):
        self._told(result, lambda: super(CallbackModule, self).v2_runner_on_ok(result))

    def v2_runner_on_failed(self, result, ignore_errors=False):
        self._told(result, lambda: super(CallbackModule, self).v2_runner_on_failed(result, ignore_errors), True)

    def v2_runner_item_on_ok(self, result):
        self._told(result, lambda: super(CallbackModule, self).v2_runner_item_on_ok(result))

    def v2_runner_item_on_failed(self, result):
        self._told(result, lambda: super(CallbackModule, self).v2_runner_item_on_failed(result), True)

    def v2_runner_on_skipped(self, result):
        if self._detailed():
            super().v2_runner_on_skipped(result)

    def v2_runner_item_on_skipped(self, result):
        if self._detailed():
            super().v2_runner_item_on_skipped(result)

    def v2_playbook_on_task_start(self, task, is_conditional):
        if self._detailed():
            super().v2_playbook_on_task_start(task, is_conditional)

    def v2_playbook_on_include(self, included_file):
        if self._detailed():
            super().v2_playbook_on_include(included_file)

    def v2_on_file_diff(self, result):
        if self._detailed():
            super().v2_on_file_diff(result)

    def v2_playbook_on_play_start(self, play):
        # The default callback asks it for the strategy.
        self._play = play
        name = play.get_name().strip()
        self._say("\n%s%s" % (name, " (check mode: nothing is changed)" if play.check_mode else ""))

    def v2_playbook_on_stats(self, stats):
        """A line a cluster that did not end well stands in the report; the recap is for those who look for it."""
        if self._detailed():
            super().v2_playbook_on_stats(stats)
            return
        self._say("")
        for host in sorted(stats.processed):
            told = stats.summarize(host)
            shown = "%(ok)d ok, %(changed)d changed, %(failures)d failed, %(rescued)d rescued" % told
            if told["unreachable"]:
                shown += ", unreachable"
            self._say("%-36s %s" % (host, shown), C.COLOR_ERROR if told["failures"] or told["unreachable"] else None)
