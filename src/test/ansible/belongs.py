# Copyright The hacert authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prints which names of a given directory the action plugin takes: belongs.py mrs-ha|opengauss NAME..."""

import importlib.util
import json
import pathlib
import sys

PLUGIN = pathlib.Path(__file__).resolve().parents[3] / "plugins" / "action" / "hacert.py"

spec = importlib.util.spec_from_file_location("hacert_plugin", PLUGIN)
plugin = importlib.util.module_from_spec(spec)
spec.loader.exec_module(plugin)

json.dump([name for name in sys.argv[2:] if plugin._belongs(name, sys.argv[1] == "opengauss")], sys.stdout)
