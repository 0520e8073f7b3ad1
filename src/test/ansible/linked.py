# Copyright The hacert authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prints the options of a connection after the action plugin has seen to its link: linked.py TRANSPORT OPTIONS."""

import importlib.util
import json
import pathlib
import sys

PLUGIN = pathlib.Path(__file__).resolve().parents[3] / "plugins" / "action" / "hacert.py"

spec = importlib.util.spec_from_file_location("hacert_plugin", PLUGIN)
plugin = importlib.util.module_from_spec(spec)
spec.loader.exec_module(plugin)


class Connection:
    transport = sys.argv[1]
    options = json.loads(sys.argv[2])
    get_option = options.get
    set_option = options.__setitem__


action = plugin.ActionModule.__new__(plugin.ActionModule)
action._connection = Connection
action._link_must_not_hang()
json.dump(Connection.options, sys.stdout)
