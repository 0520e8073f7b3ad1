"""Which processes belong to a lab, and how they end: by recorded identity, by their environment or by their sockets, never by name."""

import os
import signal
import subprocess
import sys
import time

from errors import LabError

SSHD = "/usr/sbin/sshd"


def start_time(pid):
    """The start of a live process in clock ticks since boot; None for a dead one or a zombie."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as stat:
            fields = stat.read().rpartition(")")[2].split()
    except OSError:
        return None
    return None if fields[0] in "ZX" else int(fields[19])


def await_until(condition, seconds, failure):
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise LabError(failure())
        time.sleep(0.02)


def record(path, pid):
    temporary = f"{path}.{os.getpid()}"
    with open(temporary, "w", encoding="ascii") as file:
        file.write(f"{pid} {start_time(pid)}\n")
    os.replace(temporary, path)


def recorded(path):
    """The pid in this file, if that very process is still alive."""
    try:
        with open(path, encoding="ascii") as file:
            pid, started = file.read().split()
    except (OSError, ValueError):
        return None
    return int(pid) if str(start_time(pid)) == started else None


def pids():
    return [int(name) for name in os.listdir("/proc") if name.isdigit()]


def end(targets, patience=3.0):
    """Ends these (pid, start time) pairs: politely, then not."""
    for number in (signal.SIGTERM, signal.SIGCONT, signal.SIGKILL):
        for pid, started in targets:
            if start_time(pid) == started:
                try:
                    os.kill(pid, number)
                except ProcessLookupError:
                    pass
        if number == signal.SIGTERM:
            continue
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline:
            if not any(start_time(pid) == started for pid, started in targets):
                return
            time.sleep(0.02)


def with_home_below(directory):
    """Processes whose HOME lies below this directory: sessions, what they started, and HA processes."""
    prefix = b"HOME=" + os.fsencode(directory) + b"/"
    found = []
    for pid in pids():
        try:
            with open(f"/proc/{pid}/environ", "rb") as environment:
                if any(entry.startswith(prefix) for entry in environment.read().split(b"\0")):
                    found.append(pid)
        except OSError:
            continue
    return identified(found)


def with_arguments(*arguments):
    """Processes whose command line has all of these."""
    wanted = {os.fsencode(argument) for argument in arguments}
    found = []
    for pid in pids():
        try:
            with open(f"/proc/{pid}/cmdline", "rb") as command:
                if wanted <= set(command.read().split(b"\0")):
                    found.append(pid)
        except OSError:
            continue
    return identified(found)


def with_directory(directories):
    """Processes whose working directory is one of these, which may be gone: PostgreSQL's have nothing else that tells."""
    found = []
    for pid in pids():
        try:
            if os.readlink(f"/proc/{pid}/cwd").removesuffix(" (deleted)") in directories:
                found.append(pid)
        except OSError:
            continue
    return identified(found)


def with_local_address(prefix, port=None):
    """Processes holding a TCP socket whose own end is an address beginning with this prefix (for example `127.9.8.`)."""
    inodes = set()
    with open("/proc/net/tcp", encoding="ascii") as table:
        next(table)
        for line in table:
            fields = line.split()
            address, _, number = fields[1].partition(":")
            octets = [str(octet) for octet in reversed(bytes.fromhex(address))]
            if (".".join(octets)).startswith(prefix) and port in (None, int(number, 16)):
                inodes.add(f"socket:[{fields[9]}]")
    found = []
    for pid in pids():
        try:
            if any(os.readlink(f"/proc/{pid}/fd/{fd}") in inodes for fd in os.listdir(f"/proc/{pid}/fd")):
                found.append(pid)
        except OSError:
            continue
    return identified(found)


def masters(path):
    """Masters of ssh control connections with this socket: they name it as their title."""
    title = os.fsencode(f"ssh: {path} [mux]")
    found = []
    for pid in pids():
        try:
            with open(f"/proc/{pid}/cmdline", "rb") as command:
                if command.read().rstrip(b"\0 ") == title:
                    found.append(pid)
        except OSError:
            continue
    return identified(found)


def identified(found):
    mine = os.getpid()
    targets = [(pid, start_time(pid)) for pid in found if pid != mine]
    return [target for target in targets if target[1] is not None]


def configuration(host):
    """The host's lab/host.conf: NAME='value' lines."""
    values = {}
    with open(f"{host}/lab/host.conf", encoding="utf-8") as file:
        for line in file:
            name, _, value = line.strip().partition("=")
            values[name] = value.strip("'")
    return values


def start_sshd(host):
    """Starts the host's sshd in the background; it records its own pid. Returns the starting process to be waited for."""
    return subprocess.Popen(
        [SSHD, "-f", f"{host}/ssh/sshd_config", "-E", f"{host}/var/log/sshd.log"],
        cwd="/",
        env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"},
        stdin=subprocess.DEVNULL,
        # What sessions inherit; omm's 0077 comes from the login profile alone (contract: Layouts).
        umask=0o022,
    )


def recorded_sshd(host):
    """The pid of the host's listening sshd: sshd writes no start time, so its command line must name the host's own configuration."""
    try:
        with open(f"{host}/ssh/sshd.pid", encoding="ascii") as file:
            pid = int(file.read())
        with open(f"/proc/{pid}/cmdline", "rb") as command:
            return pid if os.fsencode(f"{host}/ssh/sshd_config") in command.read() else None
    except (OSError, ValueError):
        return None


def signal_sshd(host, number):
    """Signals the host's sshd and the sshd behind every established connection, nothing they run."""
    values = configuration(host)
    for pid, started in with_local_address(values["LAB_ADDRESS"], int(values["SSH_PORT"])):
        if start_time(pid) == started:
            try:
                os.kill(pid, number)
            except ProcessLookupError:
                pass


def cut(host):
    """Makes the host unreachable: its sshd ends, with every established connection. Commands it runs go on."""
    signal_sshd(host, signal.SIGKILL)
    try:
        os.unlink(f"{host}/ssh/sshd.pid")
    except FileNotFoundError:
        pass


if __name__ == "__main__":
    if sys.argv[1:2] != ["cut"] or len(sys.argv) != 3:
        sys.exit("usage: processes.py cut HOST_DIRECTORY")
    cut(sys.argv[2])
