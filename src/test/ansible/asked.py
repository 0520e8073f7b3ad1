# Copyright The hacert authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prints when the action plugin says that it asks a host without the jar: asked.py CHECK, each round trip one second.

CHECK is "check" for check mode. The answer is a list of the round trips: mode, second of its begin, second that it tells.
"""

import importlib.util
import json
import pathlib
import sys

PLUGIN = pathlib.Path(__file__).resolve().parents[3] / "plugins" / "action" / "hacert.py"

spec = importlib.util.spec_from_file_location("hacert_plugin", PLUGIN)
plugin = importlib.util.module_from_spec(spec)
spec.loader.exec_module(plugin)

trips = []


def remote(mode, body, size=0):
    asked = "" if mode == "install" else json.loads(body[size:].partition(b"\0")[0])["asked"]
    trips.append([mode, len(trips), asked])
    words = {"install": "installed"}
    known = mode == "install" or size or any(trip[0] == "install" for trip in trips)
    return words.get(mode, "run") if known else "jar-missing", "", {}


action = plugin.ActionModule.__new__(plugin.ActionModule)
action._check = sys.argv[1] == "check"
action._now = lambda: len(trips)
action._jar_bytes = lambda: b"jar"
action._remote = remote
action._parse = lambda output: None
action._ask(({"operation": "discover", "asked": -1}, [("password", b"secret")]))
json.dump(trips, sys.stdout)
