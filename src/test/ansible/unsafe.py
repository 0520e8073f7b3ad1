# Copyright The hacert authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prints what the action plugin makes of a host that refuses its state directory: unsafe.py OPERATION."""

import importlib.util
import json
import pathlib
import re
import sys

PLUGIN = pathlib.Path(__file__).resolve().parents[3] / "plugins" / "action" / "hacert.py"

spec = importlib.util.spec_from_file_location("hacert_plugin", PLUGIN)
plugin = importlib.util.module_from_spec(spec)
spec.loader.exec_module(plugin)


class Task:
    diff = False


def execute(command, data):
    mark = re.search(r"set -- (\S+)", data.decode("utf-8", "replace"))[1]
    said = "Welcome\n%s begun\n%s state-unsafe /home/omm/.hacert belongs to user 7, and this is user 8\n" % (mark, mark)
    return {"rc": 0, "stdout": said, "stderr": ""}


action = plugin.ActionModule.__new__(plugin.ActionModule)
action._task = Task()
action._vars = {"hacert_cluster": "pair"}
action._operation = sys.argv[1]
action._check = False
action._asked = False
action._node = "mgmt1"
action._secret = []
action._notices = []
action._problem = None
action._started = "now"
action._jar = ("nowhere", "0" * 64)
action._where = (".hacert", "")
action._jar_bytes = lambda: b"jar"
action._prepared = ({"operation": sys.argv[1]}, [])
action._execute = execute
json.dump(action._answered(), sys.stdout)
