# Copyright The hacert authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prints which runs the action plugin takes for dead, where /proc hides other users' processes: processes.py

The answer has a run of this process, one of the first process of the machine, which is root's, and one that has ended.
"""

import importlib.util
import json
import os
import pathlib
import subprocess
import sys

PLUGIN = pathlib.Path(__file__).resolve().parents[3] / "plugins" / "action" / "hacert.py"

spec = importlib.util.spec_from_file_location("hacert_plugin", PLUGIN)
plugin = importlib.util.module_from_spec(spec)
spec.loader.exec_module(plugin)

ended = subprocess.Popen(["true"])
ended.wait()
if os.geteuid() == 0:
    os.setuid(65534)

processes = plugin.ThisProcess()
read = processes._read
processes._read = lambda path: "" if path in ("/proc/1/stat", "/proc/%d/stat" % ended.pid) else read(path)


def is_dead(pid, start):
    return processes.is_dead(processes.host, "%d@%s.%s.%s" % (pid, start, processes.boot, processes.scope))


own = os.getpid()
json.dump(
    {
        "own": is_dead(own, processes._start(own)),
        "of another start": is_dead(own, "1"),
        "hidden": is_dead(1, "1"),
        "ended": is_dead(ended.pid, "1"),
    },
    sys.stdout,
)
