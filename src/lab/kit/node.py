#!/usr/bin/python3
"""node.py HOST_DIRECTORY ACTION...: what the stand-in gs_om does on one openGauss node, here or by ssh from another node."""

import json
import os
import pwd
import re
import shutil
import signal
import subprocess
import sys
import time

import processes
from errors import LabError
from processes import await_until
from switches import switched

PROGRAMS = "/usr/lib/postgresql"


class Node:
    """One node as its host sees it; the attributes are those of lab/node.json, which names the other nodes too."""

    def __init__(self, directory):
        with open(f"{directory}/lab/node.json", encoding="utf-8") as file:
            self.__dict__.update(json.load(file))
        self.directory = directory
        self.run = f"{directory}/lab/run"
        self.database = f"{directory}/pg/data"

    def switched(self, name):
        """The switch's value, or None while it is off."""
        return switched(self.directory, name, consume=True)

    def event(self, name):
        with open(f"{self.run}/{name}", "a", encoding="utf-8") as file:
            file.write(stamp() + "\n")

    def call(self, name, arguments):
        """The vendor commands as called, for tests; never a password."""
        hidden = ["***" if before == "-K" else word for before, word in zip(("", *arguments), arguments)]
        with open(f"{self.run}/calls", "a", encoding="utf-8") as file:
            file.write(f"{stamp()}  {name} {' '.join(hidden)}\n")

    def sslcert(self, part):
        return f"{self.gausshome}/share/sslcert/{part}"

    def other(self, name):
        """One of the cluster's nodes by its name or address."""
        return next((node for node in self.nodes if name in (node["name"], node["address"])), None)


def stamp():
    return time.strftime("%Y-%m-%dT%H:%M:%S.") + f"{time.time() % 1:.9f}"[2:]


def settings(data):
    """The settings in a data directory's postgresql.conf: the last of equal ones counts."""
    values = {}
    with open(f"{data}/postgresql.conf", encoding="utf-8", errors="replace") as file:
        for line in file:
            found = re.match(r"\s*(\w+)\s*=?\s*('(?:[^']|'')*'|[^\s#]+)", line)
            if found:
                values[found[1].lower()] = found[2].strip("'")
    return values


def set_setting(data, name, value):
    """As gs_guc does it: the line keeps its place and its comment, a copy of the file as it was stays beside it."""
    path = f"{data}/postgresql.conf"
    with open(path, encoding="utf-8") as file:
        lines = file.read().splitlines()
    shutil.copy2(path, f"{path}.bak")
    pattern = re.compile(rf"\s*#?\s*{re.escape(name)}\s*=\s*(?:'[^']*'|[^\s#]*)(.*)")
    places = [index for index, line in enumerate(lines) if pattern.match(line)]
    if places:
        lines[places[-1]] = f"{name} = {value}" + pattern.match(lines[places[-1]])[1]
    else:
        lines.append(f"{name} = {value}")
    with open(os.open(f"{path}.new", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")
    os.replace(f"{path}.new", path)


def program(name):
    """PostgreSQL's own programs of the newest version here."""
    versions = sorted((int(name) for name in os.listdir(PROGRAMS) if name.isdigit()), reverse=True)
    return f"{PROGRAMS}/{versions[0]}/bin/{name}"


def database_user():
    """PostgreSQL does not run as root: whom it runs as instead, or None."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam("postgres")
    except KeyError:
        return pwd.getpwnam("nobody")


def as_database_user(*command):
    """It may pass directories that are the lab's user's own; that is all it keeps of root."""
    user = database_user()
    if user is None:
        return list(command)
    return ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups", "--inh-caps=+dac_override",
            "--ambient-caps=+dac_override", *command]


def postmaster(directory):
    """The pid of the PostgreSQL whose data directory this is."""
    try:
        with open(f"{directory}/postmaster.pid", encoding="ascii") as file:
            pid = int(file.readline())
        return pid if os.readlink(f"/proc/{pid}/cwd") == directory and processes.start_time(pid) else None
    except (OSError, ValueError):
        return None


def phase(directory):
    """starting, ready or standby, as PostgreSQL itself writes it."""
    try:
        with open(f"{directory}/postmaster.pid", encoding="ascii") as file:
            return file.read().splitlines()[7].strip()
    except (OSError, IndexError):
        return ""


def sql(node, statement):
    """The one row it gives, or None where the database does not answer."""
    try:
        done = subprocess.run(["psql", "-X", "-A", "-t", "-F", "|", "-h", node.sockets, "-p", str(node.database_port), "-U", "omm",
                               "-d", "postgres", "-c", statement], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL, timeout=10, check=False)
    except subprocess.TimeoutExpired:
        return None
    return done.stdout.decode().strip().split("|") if done.returncode == 0 else None


def configure(node, primary):
    """PostgreSQL's own configuration: the settings that clients may ask for are those of the node's data directory."""
    own = settings(node.data)
    lines = [f"listen_addresses = '{node.address}'", f"port = {node.database_port}",
             f"unix_socket_directories = '{node.sockets}'", "shared_buffers = 16MB", "max_connections = 100", "fsync = off",
             "full_page_writes = off", "autovacuum = off",
             # Nothing is left in /dev/shm when all is killed.
             "dynamic_shared_memory_type = mmap",
             "wal_retrieve_retry_interval = 200ms", "wal_receiver_status_interval = 1s", "wal_keep_size = 64MB",
             "include_if_exists = 'replication.conf'"]
    if own.get("ssl") == "on":
        # The front does the TLS: these files are for SHOW only.
        lines.append("ssl = on")
        for setting, dummy in (("ssl_cert_file", "dummy.crt"), ("ssl_key_file", "dummy.key"), ("ssl_ca_file", "dummy.crt")):
            name = os.path.basename(own.get(setting, ""))
            if name:
                shutil.copyfile(f"{node.kit}/{dummy}", f"{node.database}/{name}")
                os.chmod(f"{node.database}/{name}", 0o600)
                lines.append(f"{setting} = '{name}'")
    write_database(node, "postgresql.conf", lines)
    write_database(node, "pg_hba.conf", ["local all all trust", "local replication all trust", "host all all all trust",
                                         "host replication all all trust"])
    write_replication(node, primary)


def write_database(node, name, lines):
    with open(f"{node.database}/{name}", "w", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")


def write_replication(node, primary):
    """Over the primary's HA port, with TLS if it can be had (contract: TLS of the server)."""
    lines = []
    if primary and switched(node.directory, "replication-down") is None:
        lines = [f"primary_conninfo = 'host={primary} port={node.port + 1} user=omm application_name={node.name} sslmode=prefer "
                 "gssencmode=disable connect_timeout=5'"]
    write_database(node, "replication.conf", lines)


def start(node, primary):
    """As standby of the primary at this address, as primary where it is empty."""
    if postmaster(node.database) is None:
        configure(node, primary)
        signal_file = f"{node.database}/standby.signal"
        if primary:
            write_database(node, "standby.signal", [])
        elif os.path.exists(signal_file):
            os.unlink(signal_file)
        if os.path.exists(f"{node.database}/postmaster.pid"):
            os.unlink(f"{node.database}/postmaster.pid")
        # What a killed one left names a process whose number another may have by now.
        shutil.rmtree(node.sockets, ignore_errors=True)
        os.makedirs(node.sockets)
        user = database_user()
        if user:
            os.chown(node.sockets, user.pw_uid, user.pw_gid)
        with open(f"{node.directory}/var/log/pg.log", "ab") as log:
            running = subprocess.Popen(as_database_user(program("postgres"), "-D", node.database), cwd="/",
                                       stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
                                       env={"PATH": "/usr/bin:/bin", "HOME": f"{node.directory}/home", "LC_ALL": "C.UTF-8"})
        await_until(lambda: phase(node.database) in ("ready", "standby") or running.poll() is not None, 30,
                    lambda: f"PostgreSQL did not start; see {node.directory}/var/log/pg.log")
        if running.poll() is not None:
            raise LabError(f"PostgreSQL did not start; see {node.directory}/var/log/pg.log")
    if processes.recorded(f"{node.run}/front.pid") is None:
        with open(f"{node.directory}/var/log/front.log", "ab") as log:
            front = subprocess.Popen(["/usr/bin/python3", "-B", f"{node.kit}/front.py", node.directory], cwd="/",
                                     stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
                                     env={"PATH": "/usr/bin:/bin", "HOME": f"{node.directory}/home", "LC_ALL": "C.UTF-8"})
        await_until(lambda: processes.recorded(f"{node.run}/front.pid") == front.pid or front.poll() is not None, 10,
                    lambda: f"the TLS front did not start; see {node.directory}/var/log/front.log")
        # As the server does: the process that has the key's password, its directory, its start, its port.
        with open(f"{node.data}/postmaster.pid", "w", encoding="ascii") as file:
            file.write(f"{front.pid}\n{node.data}\n{int(time.time())}\n{node.port}\n")


def stop(node):
    """PostgreSQL before its front: a primary hands its last word to the standbys through it."""
    pid = postmaster(node.database)
    if pid:
        started = processes.start_time(pid)
        os.kill(pid, signal.SIGINT)
        await_until(lambda: processes.start_time(pid) != started, 30, lambda: f"PostgreSQL of {node.name} did not stop")
    front = processes.recorded(f"{node.run}/front.pid")
    if front:
        processes.end([(front, processes.start_time(front))])
    if os.path.exists(f"{node.data}/postmaster.pid"):
        os.unlink(f"{node.data}/postmaster.pid")


def state(node):
    """What gs_om shows of the node after its install-time role."""
    shown = node.switched("state-shown")
    if shown:
        return shown
    if postmaster(node.database) is None:
        return "Down    Manually stopped"
    row = sql(node, "SELECT pg_is_in_recovery(), (SELECT status FROM pg_stat_wal_receiver)")
    if row is None:
        return "Unknown Starting" if phase(node.database) == "starting" else "Unknown Unknown"
    role = "Standby" if row[0] == "t" else "Primary"
    if node.switched("need-repair") is not None:
        return f"{role} Need repair(WAL)"
    if node.switched("stays-degraded") is not None or (role == "Standby" and row[1] != "streaming"):
        return f"{role} Need repair(Disconnected)"
    return f"{role} Normal"


def role(node):
    """primary or standby, as it is now."""
    row = sql(node, "SELECT pg_is_in_recovery()")
    return None if row is None else "standby" if row[0] == "t" else "primary"


def pids(node):
    """Of PostgreSQL and of its front, as the host knows them."""
    return f"{postmaster(node.database) or '-'} {processes.recorded(f'{node.run}/front.pid') or '-'}"


def promote(node):
    done = subprocess.run(as_database_user(program("pg_ctl"), "promote", "-w", "-D", node.database), cwd="/",
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    if done.returncode != 0:
        raise LabError(f"{node.name} was not promoted: {done.stdout.decode(errors='replace')}")


def follow(node, primary):
    """Replicate from the primary at this address from now on."""
    write_replication(node, primary)
    pid = postmaster(node.database)
    if pid:
        os.kill(pid, signal.SIGHUP)


def gs_start(node, primary):
    """The node's part in gs_om -t start."""
    slow = node.switched("start-slow")
    time.sleep(float(slow if slow else node.restart_seconds))
    if node.switched("start-fails") is not None:
        raise LabError("[GAUSS-51607] : Failed to start instance. Please get more details by \"gs_ctl query\".")
    if postmaster(node.database) is None:
        node.event("restarts")
    start(node, primary)


def gs_stop(node):
    if node.switched("stop-fails") is not None:
        raise LabError("[GAUSS-51610] : Failed to stop instance.")
    slow = node.switched("stop-slow")
    if slow:
        time.sleep(float(slow))
    stop(node)


def refresh(node, roles):
    """What gs_om -t refreshconf writes: NAME=P or NAME=S of each node, as it is now."""
    with open(f"{node.gausshome}/bin/cluster_dynamic_config", "w", encoding="ascii") as file:
        file.write(" ".join(roles) + "\n")


def main():
    import certs  # it needs this module

    os.umask(0o077)
    node, action, arguments = Node(sys.argv[1]), sys.argv[2], sys.argv[3:]
    actions = {"run": lambda: start(node, *arguments),
               "start": lambda: gs_start(node, *arguments), "stop": lambda: gs_stop(node), "state": lambda: print(state(node)),
               "role": lambda: print(role(node)), "pids": lambda: print(pids(node)), "refresh": lambda: refresh(node, arguments),
               "flagged": lambda: print(certs.flagged(node)), "backed-up": lambda: print(certs.backed_up(node)),
               "present": lambda: print(" ".join(certs.present(node))), "backup": lambda: certs.back_up(node, arguments),
               "backup-rest": lambda: certs.back_up_rest(node), "install": lambda: certs.receive(node, sys.stdin.buffer),
               "rollback": lambda: certs.roll_back(node)}
    actions[action]()


if __name__ == "__main__":
    try:
        main()
    except LabError as error:
        print(error)
        sys.exit(1)
