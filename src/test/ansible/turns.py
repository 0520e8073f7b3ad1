# Copyright The hacert authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prints what the action plugin answers to each of several calls of one run: turns.py ARGUMENTS...

ARGUMENTS is a JSON object of the call's arguments. The answer to one that has to wait is "waits".
"""

import importlib.util
import json
import pathlib
import sys
import tempfile

PLUGIN = pathlib.Path(__file__).resolve().parents[3] / "plugins" / "action" / "hacert_turn.py"

spec = importlib.util.spec_from_file_location("hacert_turn_plugin", PLUGIN)
plugin = importlib.util.module_from_spec(spec)
spec.loader.exec_module(plugin)


class Waits(Exception):
    pass


def sleep(seconds):
    raise Waits


def answer(call):
    given = dict({"continues": False, "parallel": 9, "canary": 0, "max_failed": 1, "begun": True}, **call)
    try:
        return (action._end if "end" in call else action._begin)(given)
    except Waits:
        return "waits"


plugin.time.sleep = sleep
plugin.display.display = lambda text: None
action = plugin.ActionModule.__new__(plugin.ActionModule)
with tempfile.TemporaryDirectory() as directory:
    plugin.C.DEFAULT_LOCAL_TMP = directory
    json.dump([answer(json.loads(call)) for call in sys.argv[1:]], sys.stdout)
