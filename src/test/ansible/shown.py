# Copyright The hacert authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prints what the action plugin lets through of a value: shown.py JSON SECRET."""

import importlib.util
import json
import pathlib
import sys

PLUGIN = pathlib.Path(__file__).resolve().parents[3] / "plugins" / "action" / "hacert.py"

spec = importlib.util.spec_from_file_location("hacert_plugin", PLUGIN)
plugin = importlib.util.module_from_spec(spec)
spec.loader.exec_module(plugin)

action = plugin.ActionModule.__new__(plugin.ActionModule)
action._secret = [sys.argv[2].encode()]
json.dump(action._scrubbed(json.loads(sys.argv[1])), sys.stdout)
