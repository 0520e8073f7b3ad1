"""What the lab's own tests share."""

import os
import shlex
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, f"{HERE}/kit")
import namespaces  # noqa: E402
import processes  # noqa: E402
from build import connection  # noqa: E402
from errors import CannotHere  # noqa: E402
from model import NAMESPACES, Lab  # noqa: E402


def lab(directory, *arguments, check=True):
    done = subprocess.run([f"{HERE}/lab", "--dir", directory, *arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, check=False)
    if check and done.returncode != 0:
        raise AssertionError(f"lab {' '.join(arguments)}: {done.stdout}")
    return done.stdout


class Login:
    """Plain ssh to one host of a lab, as an operator would use it."""

    def __init__(self, directory, name, user=None):
        self.lab = Lab.load(directory)
        self.host = self.lab.host(name)
        self.user = [] if user is None else ["-l", user]

    def run(self, command, answers=(), login=True, timeout=30):
        """Exit code and output. With answers, the command gets a pseudo-terminal inside the session."""
        if answers:
            command = f"python3 -B {self.lab.own_kit}/answer.py {command}"
        if login:
            command = f"bash -lc {shlex.quote(command)}"
        done = subprocess.run(["ssh", "-F", "/dev/null", *connection(self.lab), "-i", f"{self.lab.directory}/control/id_ed25519",
                               "-o", "LogLevel=ERROR", "-o", "ControlMaster=auto", "-o", "ControlPersist=60", "-p",
                               str(self.lab.ssh_port), *self.user, self.host.address, command], timeout=timeout,
                              input="".join(f"{answer}\n" for answer in answers).encode(), stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, check=False)
        return done.returncode, done.stdout.decode(errors="replace").replace("\r\n", "\n")


def eventually(condition, seconds=8):
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True


def expect(condition, message):
    if not condition:
        raise AssertionError(message)


class Skipped(Exception):
    """This machine cannot do what the test is about; the text says why."""


def raised(directory, *arguments):
    """A lab that this machine may not be able to have."""
    done = subprocess.run([f"{HERE}/lab", "--dir", directory, *arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, check=False)
    if done.returncode == CannotHere.CODE:
        raise Skipped(done.stdout.strip())
    expect(done.returncode == 0, done.stdout)


def nothing_of(directory):
    """Ends a lab and sees that nothing is left of it."""
    gone = Lab.load(directory)
    lab(directory, "down")
    left = processes.with_home_below(f"{directory}/hosts") + processes.with_local_address(gone.block + ".")
    expect(not left, f"processes {left}")
    if gone.kind == NAMESPACES:
        expect(not any(namespaces.inside(host) for host in gone.hosts), "processes on a host")
        with open("/proc/self/mountinfo", encoding="utf-8") as mounts:
            expect(directory not in mounts.read(), "something is still mounted")
        expect(not os.path.exists(f"/sys/class/net/{namespaces.cable(gone)}"), "the cable is still there")
    for path in (directory, gone.claim):
        expect(not os.path.lexists(path), f"{path} is still there")
