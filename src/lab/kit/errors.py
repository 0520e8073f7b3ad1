"""The lab's errors, in a module that costs the stand-ins no time to load."""


class LabError(Exception):
    """Something the caller can put right; the message says how."""


class CannotHere(LabError):
    """This machine, or this user, cannot do what was asked; the lab's exit code says so to tests, which then skip."""

    CODE = 77
