"""Times the ways of rotating one pair of the lab, in turn: a bare shell script, a conventional playbook, and hacert."""

import argparse
import glob
import json
import os
import platform
import random
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
LAB = os.path.join(ROOT, "src/lab/lab")
COLUMNS = (("wall", "wall time", "s"), ("mixed", "mixed window", "s"), ("trips", "round trips", ""),
           ("cpu", "control CPU", "s"), ("memory", "control memory", "MB"))
AHEAD, FIRST = "hacert", "hacert, first contact"
NOTE = """\
*shell*: `bench/peers/rotate.sh`, the documented steps over multiplexed ssh; *playbook*: `bench/peers/rotate.yml`, a task a step;
*hacert*: `playbooks/rotate-certs.yml`, with the role `executor` run ahead of it, as a site does by day; *hacert, first contact*: without
it, so that each node gets the jar and the class archive in the same run. *shell* and *playbook* check nothing, keep no backup and know no
way back. Wall time: of the command.
Mixed window: from the first changed root-ca.crt in a node's certHA until both HA processes run with the new root in health, seen
from outside and by one clock. Round trips: sessions that the nodes' sshd opened, those between the nodes included. CPU: of the
command and its children on the control machine. Memory: the largest of these processes. Medians; in brackets least and most."""


class Pair:
    """The lab's only pair, looked at from beside."""

    def __init__(self, directory):
        self.directory = directory
        with open(f"{directory}/lab.json", encoding="utf-8") as file:
            self.lab = json.load(file)
        self.hosts = self.lab["hosts"]
        self.ssh_config = f"{directory}/ssh_config"
        with open(self.ssh_config, "w", encoding="utf-8") as file:
            for host in self.hosts:
                file.write(f"Host {host['name']}\n HostName {host['address']}\n Port {self.lab['ssh_port']}\n")
            file.write(f"Host *\n IdentityFile {directory}/control/id_ed25519\n IdentitiesOnly yes\n"
                       f" UserKnownHostsFile {directory}/control/known_hosts\n LogLevel ERROR\n"
                       f" ControlMaster auto\n ControlPersist 60\n ControlPath /tmp/hl-{self.lab['block']}/%C\n")

    def roots(self):
        """When each node's root-ca.crt was changed last, and what it is."""
        found = []
        for host in self.hosts:
            path = f"{host['directory']}/opt/Bigdata/om-server/om/security/certHA/root-ca.crt"
            try:
                status = os.stat(path)
                found.append((status.st_ino, status.st_mtime_ns))
            except FileNotFoundError:
                found.append(None)
        return found

    def running(self):
        """The roots that the HA processes work with, or None for one that is not in health."""
        found = []
        for host in self.hosts:
            try:
                with open(f"{host['directory']}/lab/run/ha.json", encoding="utf-8") as file:
                    state = json.load(file)
                healthy = state["health"] == "normal" and state["phase"] in ("Actived", "Deactived")
                found.append(state["root"]["serial"] if healthy else None)
            except (FileNotFoundError, ValueError):
                found.append(None)
        return found

    def sessions(self):
        count = 0
        for host in self.hosts:
            with open(f"{host['directory']}/var/log/sshd.log", encoding="utf-8", errors="replace") as file:
                count += len(re.findall(r"Starting session", file.read()))
        return count


class Watch(threading.Thread):
    """Sees the mixed window begin and end."""

    def __init__(self, pair):
        super().__init__(daemon=True)
        self.pair, self.files, self.old = pair, pair.roots(), pair.running()
        self.begun = self.ended = None

    def run(self):
        while self.ended is None:
            now = time.monotonic()
            if self.begun is None and self.pair.roots() != self.files:
                self.begun = now
            elif self.begun is not None:
                roots = self.pair.running()
                if roots[0] and roots[0] == roots[1] and roots[0] != self.old[0]:
                    self.ended = now
            time.sleep(0.01)


def lab(directory, *words):
    done = subprocess.run([LAB, words[0], "--dir", directory, *words[1:]], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"bench: lab {words[0]} failed: {done.stdout}")


def ways(pair):
    inventory = f"{pair.directory}/inventory.yml"
    names = [host["name"] for host in pair.hosts]
    # The key is as long as the one that the lab's gen-cert.sh makes.
    hacert = ["ansible-playbook", "-i", inventory, f"{ROOT}/playbooks/rotate-certs.yml", "-e", "hacert_force=true",
              "-e", "hacert_key=rsa-2048"]
    return {
        "shell": ["bash", f"{ROOT}/bench/peers/rotate.sh", pair.ssh_config, *names],
        "playbook": ["ansible-playbook", "-i", inventory, f"{ROOT}/bench/peers/rotate.yml", "-e", f"pair={pair.hosts[0]['pair']}"],
        AHEAD: hacert,
        FIRST: hacert,
    }


def install(pair):
    """Stores the executor, as a site does ahead of the night of the rotation."""
    done = subprocess.run(["ansible-playbook", "-i", f"{pair.directory}/inventory.yml", f"{ROOT}/bench/install.yml"], cwd=ROOT,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"bench: the executor could not be stored: {done.stdout}")


def once(pair, command):
    """One rotation, from a lab that is as new."""
    watch, before = Watch(pair), pair.sessions()
    watch.start()
    started = time.monotonic()
    with tempfile.TemporaryFile("w+") as output:
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=output, stderr=subprocess.STDOUT, cwd=ROOT)
        process.stdin.write(pair.lab["password"].encode() + b"\n")
        process.stdin.close()
        try:
            _, status, used = os.wait4(process.pid, 0)
        except BaseException:
            process.terminate()
            process.wait()
            raise
        wall = time.monotonic() - started
        watch.join(30)
        if status != 0 or watch.ended is None:
            output.seek(0)
            sys.exit(f"bench: {' '.join(command)} did not end well:\n{output.read()}")
    return {"wall": wall, "mixed": watch.ended - watch.begun, "trips": pair.sessions() - before,
            "cpu": used.ru_utime + used.ru_stime, "memory": used.ru_maxrss / 1024}


def measure(rounds, seconds):
    directory = tempfile.mkdtemp(prefix="hacert-bench-")
    seen = {}
    try:
        lab(directory, "up", "--layout", "3x", "--restart-seconds", str(seconds))
        pair = Pair(directory)
        for number in range(rounds + 1):
            each = sorted(ways(pair).items())
            for name, command in random.sample(each, len(each)):
                lab(directory, "reset")
                if name == AHEAD:
                    install(pair)
                for host in pair.hosts:
                    # The other two know no terminal; hacert answers wherever it is asked.
                    lab(directory, "switch", host["name"], "prompt-stdin")
                figures = once(pair, command)
                # The first round opens connections.
                if number > 0:
                    seen.setdefault(name, []).append(figures)
                print(f"round {number}: {name} {figures['wall']:.1f} s", file=sys.stderr)
    finally:
        lab(directory, "down")
        shutil.rmtree(directory, ignore_errors=True)
    return seen


def table(seen):
    lines = ["| | " + " | ".join(title for _, title, _ in COLUMNS) + " |", "|---" * (len(COLUMNS) + 1) + "|"]
    for name in ("shell", "playbook", AHEAD, FIRST):
        cells = [name]
        for key, _, unit in COLUMNS:
            values = [figures[key] for figures in seen[name]]
            form = "{:.0f}" if key in ("trips", "memory") else "{:.2f}"
            middle, least, most = (form.format(v) for v in (statistics.median(values), min(values), max(values)))
            cells.append(f"{middle} {unit}".strip() + f" ({least}–{most})")
        lines.append("| " + " | ".join(cells) + " |")
    ratios = {key: statistics.median(f[key] for f in seen[AHEAD]) / statistics.median(f[key] for f in seen["shell"])
              for key in ("wall", "mixed")}
    lines.append("")
    lines.append(f"hacert to shell: wall time {ratios['wall']:.2f}, mixed window {ratios['mixed']:.2f}.")
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(prog="bench/run", description="Times the ways of rotating one pair of the lab: a bare shell "
                                     "script, a conventional playbook, and hacert. Prints a table, and writes it where asked.")
    parser.add_argument("--rounds", type=int, default=5, help="measured rotations of each way (default: 5)")
    parser.add_argument("--restart-seconds", default="1", help="how long the stand-in restart-oms.sh takes (default: 1)")
    parser.add_argument("--write", metavar="FILE", help="write the table there too, as in bench/results/one-pair.md")
    arguments = parser.parse_args()
    # So that the lab is taken down.
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    if not glob.glob(f"{ROOT}/target/hacert.jar"):
        sys.exit("bench: target/hacert.jar is missing; build it with: mvn package -DskipTests")
    seen = measure(arguments.rounds, arguments.restart_seconds)
    text = (f"# One pair, 3.x, restart-oms.sh takes {arguments.restart_seconds} s\n\n{table(seen)}\n\n{NOTE}\n\n"
            f"{arguments.rounds} rounds on {os.cpu_count()} cores, {platform.system()} {platform.machine()}.\n")
    print(text)
    if arguments.write:
        os.makedirs(os.path.dirname(os.path.abspath(arguments.write)), exist_ok=True)
        with open(arguments.write, "w", encoding="utf-8") as file:
            file.write(text)


if __name__ == "__main__":
    main()
