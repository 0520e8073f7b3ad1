# Copyright The hacert authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs a password command as the action plugin does: password_command.py SECONDS KNOWN WORD...

KNOWN is a secret of the call that is known already. Prints what came of it as JSON.
"""

import importlib.util
import json
import pathlib
import sys

PLUGIN = pathlib.Path(__file__).resolve().parents[3] / "plugins" / "action" / "hacert.py"

spec = importlib.util.spec_from_file_location("hacert_plugin", PLUGIN)
plugin = importlib.util.module_from_spec(spec)
spec.loader.exec_module(plugin)

plugin.PASSWORD_SECONDS = float(sys.argv[1])
action = plugin.ActionModule.__new__(plugin.ActionModule)
action._secret = [sys.argv[2].encode()]
try:
    command = plugin.PasswordCommand("hacert_password_command", sys.argv[3:], action._tail)
    answer = {"password": command.password().decode("utf-8")}
except plugin.Problem as problem:
    answer = dict(problem.finding, outcome=problem.outcome, exit_code=problem.exit_code)
json.dump(answer, sys.stdout)
