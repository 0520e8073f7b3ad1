"""Failure switches as the HA process and the lab see them; stand-ins/common.sh reads the same files for the shell."""

import os


def count(host, event):
    try:
        with open(f"{host}/lab/run/{event}", "rb") as file:
            return file.read().count(b"\n")
    except FileNotFoundError:
        return 0


def switched(host, name, consume=False):
    """The switch's value without its condition words, or None when it is off here and now; `consume` ends a `once`."""
    for place in ("switches", "variant"):
        path = f"{host}/lab/{place}/{name}"
        try:
            with open(path, encoding="utf-8") as file:
                words = file.read().split()
        except FileNotFoundError:
            continue
        value, once, due = [], False, True
        for word in words:
            condition, _, threshold = word.partition("=")
            if word == "once":
                once = True
            elif condition in ("after-restart", "after-replace") and threshold:
                due = due and count(host, condition[6:] + "s") > int(threshold)
            else:
                value.append(word)
        if not due:
            continue
        if consume and once:
            os.unlink(path)
        return " ".join(value)
    return None
