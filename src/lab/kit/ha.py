#!/usr/bin/python3
"""The HA process of one lab host: mutual-TLS heartbeats with the peer, HA roles, resources, and the Manager page while active.

Certificates and the key's password are loaded once, at start: a new root becomes known only by a restart, so between the
restarts of a pair the two nodes refuse each other (contract: Procedure).
"""

import http.server
import json
import os
import re
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time

import processes
from switches import switched

HEARTBEAT = 0.2
SILENCE = 1.0
JOIN_WAIT = 1.0
PROMOTE_AFTER = 10.0
SETTLE = 0.3
HA_VERSION = "V100R001C01"


def log(text):
    print(time.strftime("%Y-%m-%d %H:%M:%S"), text, file=sys.stderr, flush=True)


class Host:
    """Where things are on this host, from its lab/host.conf."""

    def __init__(self, directory):
        self.directory = directory
        values = processes.configuration(directory)
        self.name = values["LAB_NAME"]
        self.address = values["LAB_ADDRESS"]
        self.peer_name = values["PEER_NAME"]
        self.peer_address = values["PEER_ADDRESS"]
        self.first = values["LAB_FIRST"] == "yes"
        self.ha_port = int(values["HA_PORT"])
        self.manager_address = values["MANAGER_ADDRESS"]
        self.manager_port = int(values["MANAGER_PORT"])
        self.resources = [item.split(":") for item in values["RESOURCES"].split()]
        self.om_home = f"{directory}/{values['OM_HOME_PATH']}"
        self.ha = f"{directory}/{values['OMS_RUN_PATH_VALUE']}/workspace0/ha"
        self.run = f"{directory}/lab/run"

    def switch(self, name, consume=False):
        return switched(self.directory, name, consume)

    def seconds(self, name, default, consume=False):
        value = self.switch(name, consume)
        return float(value) if value else default

    def write(self, name, text):
        temporary = f"{self.run}/.{name}"
        with open(temporary, "w", encoding="utf-8") as file:
            file.write(text)
        os.replace(temporary, f"{self.run}/{name}")


class Identity:
    """What this process loaded at its start: its certificate and key, the root it trusts."""

    def __init__(self, host):
        self.kept = f"{host.run}/loaded"
        if host.switch("serves-old", consume=True) is None or not os.path.isdir(self.kept):
            self.keep(host)
        cert = f"{self.kept}/cert"
        password = self.password()
        self.server = self.context(ssl.PROTOCOL_TLS_SERVER, cert, password)
        self.client = self.context(ssl.PROTOCOL_TLS_CLIENT, cert, password)
        self.root = describe(f"{cert}/root-ca.crt")
        self.leaf = describe(f"{cert}/server.pem")

    def keep(self, host):
        """A copy of what is installed now; the switch serves-old loads the one of an earlier start."""
        certificates = f"{host.ha}/local/cert"
        names = {"root-ca.crt": "root-ca.crt", "server.pem": "server.pem"}
        sources = [(f"{certificates}/{name}", f"cert/{kept}") for name, kept in names.items()]
        if host.switch("reads-certha") is not None:
            certha = f"{host.om_home}/security/certHA"
            sources = [(f"{certha}/root-ca.crt", "cert/root-ca.crt"), (f"{certha}/server.crt", "cert/server.pem"),
                       (f"{certha}/server.key", "cert/server.pem")]
        sources += [(f"{host.ha}/local/hacom/conf/ha.key", "ha.key"), (f"{host.ha}/module/hacom/conf/hacom.xml", "hacom.xml")]
        os.makedirs(f"{self.kept}/cert", mode=0o700, exist_ok=True)
        contents = {}
        for source, kept in sources:
            with open(source, "rb") as file:
                contents[kept] = contents.get(kept, b"") + file.read()
        for kept, content in contents.items():
            with open(os.open(f"{self.kept}/{kept}", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
                file.write(content)

    def password(self):
        with open(f"{self.kept}/hacom.xml", encoding="utf-8") as file:
            sealed = re.search('keypassword="([^"]*)"', file.read()).group(1)
        opened = subprocess.run(
            ["openssl", "enc", "-d", "-aes-256-cbc", "-pbkdf2", "-a", "-A", "-pass", f"file:{self.kept}/ha.key"],
            input=sealed.encode(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
        if opened.returncode != 0:
            raise ValueError("the stored key password can not be decrypted")
        return opened.stdout

    @staticmethod
    def context(protocol, cert, password):
        context = ssl.SSLContext(protocol)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_cert_chain(f"{cert}/server.pem", password=password)
        context.load_verify_locations(f"{cert}/root-ca.crt")
        return context


def describe(path):
    text = subprocess.run(["openssl", "x509", "-in", path, "-noout", "-serial", "-fingerprint", "-sha256", "-enddate"],
                          stdout=subprocess.PIPE, check=True).stdout.decode()
    fields = dict(line.split("=", 1) for line in text.splitlines())
    return {"serial": fields["serial"], "sha256": fields["sha256 Fingerprint"].replace(":", "").lower(), "until": fields["notAfter"]}


class ManagerPage:
    """The Manager's page, on the pair's floating address, which the active node holds; with a certificate of its own that need
    not be the HA one (contract: Files, logs, alarms)."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            body = f"<html><title>{self.server.title}</title></html>\n".encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format, *args):
            """Nothing: the page is polled."""

    def __init__(self, host):
        self.host = host
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(f"{host.directory}/lab/manager.pem")
        self.server = None
        self.trouble = ""

    def serve(self, wanted):
        if wanted and self.server is None:
            try:
                self.server = http.server.ThreadingHTTPServer((self.host.manager_address, self.host.manager_port), self.Handler)
                self.server.title = f"MRS Manager on {self.host.name}"
            except OSError as error:
                # Of two active nodes one holds the address; the other one tries again with each tick.
                if str(error) != self.trouble:
                    self.trouble = str(error)
                    log(f"Manager page: {error}")
                return
            self.trouble = ""
            # The handshake is left to the request's own thread: a silent client must not block the page.
            self.server.socket = self.context.wrap_socket(self.server.socket, server_side=True, do_handshake_on_connect=False)
            threading.Thread(target=self.server.serve_forever, args=(0.1,), daemon=True).start()
        elif not wanted and self.server is not None:
            self.server.shutdown()
            self.server.server_close()
            self.server = None


class Heartbeats:
    """Both directions of the heartbeat. What the peer said last counts until it has been silent for a second."""

    def __init__(self, host, identity, message):
        self.host = host
        self.identity = identity
        self.message = message
        self.heard = None
        self.heard_at = None
        self.trouble = {}
        # A former standby may be silent for up to two minutes after its restart (contract: Files, logs, alarms).
        self.delay = host.seconds("starts-late", 0.0, consume=True)
        self.silent_since = time.monotonic() + self.delay
        self.listener = None
        if not self.delay:
            self.open()
        threading.Thread(target=self.accept, daemon=True).start()
        threading.Thread(target=self.dial, daemon=True).start()

    def peer(self):
        """The peer's last message, or None while it is silent."""
        if self.heard_at is None or time.monotonic() - self.heard_at > SILENCE:
            if self.heard is not None:
                log(f"heartbeat lost: {self.host.peer_name}")
                self.silent_since = self.heard_at
                self.heard = None
            return None
        return self.heard

    def note(self, where, error):
        text = str(error)
        if self.trouble.get(where) != text:
            self.trouble[where] = text
            log(f"{where} {self.host.peer_name}: {text or type(error).__name__}")

    def open(self):
        self.listener = socket.create_server((self.host.address, self.host.ha_port), backlog=32)

    def accept(self):
        if self.listener is None:
            time.sleep(self.delay)
            self.open()
        while True:
            connection, _ = self.listener.accept()
            threading.Thread(target=self.listen, args=(connection,), daemon=True).start()

    def listen(self, connection):
        try:
            connection.settimeout(3)
            with self.identity.server.wrap_socket(connection, server_side=True) as secure, secure.makefile("r") as lines:
                for line in lines:
                    said = json.loads(line)
                    if said["name"] == self.host.peer_name:
                        self.heard, self.heard_at = said, time.monotonic()
                        self.trouble.pop("refused", None)
        except (OSError, ValueError, KeyError) as error:
            self.note("refused", error)
        finally:
            connection.close()

    def dial(self):
        time.sleep(self.delay)
        while True:
            try:
                with socket.create_connection((self.host.peer_address, self.host.ha_port), 2,
                                              (self.host.address, 0)) as plain:
                    with self.identity.client.wrap_socket(plain) as secure:
                        while True:
                            secure.sendall(json.dumps(self.message()).encode() + b"\n")
                            self.trouble.pop("not heard by", None)
                            time.sleep(HEARTBEAT)
            except OSError as error:
                self.note("not heard by", error)
            time.sleep(HEARTBEAT)


class Node:
    """HA role and health of this node. Role None is the transient NULL of a node that has just started."""

    def __init__(self, host):
        self.host = host
        self.started = time.time()
        self.identity = Identity(host)
        self.page = ManagerPage(host)
        self.role = None
        self.since = time.time()
        self.settled_at = 0.0
        self.both_standby_since = None
        self.last_role = self.read_last_role()
        self.yielding = False
        self.claiming = False
        self.sick = ""
        self.written = None
        self.sync_fault = ""
        self.heartbeats = Heartbeats(host, self.identity, self.message)

    def read_last_role(self):
        try:
            with open(f"{self.host.run}/last-role", encoding="ascii") as file:
                return file.read().strip()
        except FileNotFoundError:
            return "standby"

    def become(self, role, why):
        log(f"{self.role} -> {role}: {why}")
        self.role = role
        self.since = time.time()
        self.settled_at = time.monotonic() + self.host.seconds("settle", SETTLE)
        self.last_role = role
        self.host.write("last-role", role + "\n")

    @property
    def steady(self):
        return self.role is not None and time.monotonic() >= self.settled_at

    def tick(self):
        peer = self.heartbeats.peer()
        silent = time.monotonic() - self.heartbeats.silent_since if peer is None else 0.0
        patience = self.host.seconds("promote-after", PROMOTE_AFTER)
        if self.role is None:
            self.join(peer, silent)
        elif self.role == "standby":
            if peer is None:
                if silent > patience:
                    self.become("active", f"nothing heard for {silent:.1f} s")
            elif peer["yielding"]:
                self.become("active", "the peer yields")
            elif peer["role"] == "standby" and self.host.first:
                self.both_standby_since = self.both_standby_since or time.monotonic()
                if time.monotonic() - self.both_standby_since > 1 and not self.yielding:
                    self.become("active", "both were standby")
            if peer is None or peer["role"] != "standby":
                self.both_standby_since = None
        elif peer is not None and peer["role"] == "active":
            if (peer["since"], not self.host.first) < (self.since, self.host.first):
                self.become("standby", "the peer has been active for longer")
        elif peer is not None and peer["claiming"]:
            self.become("standby", "the peer claims the active role")
            self.yielding = True
        self.flip(peer)
        if self.yielding and peer is not None and peer["role"] == "active":
            self.yielding = False
        if self.claiming and (self.role == "active" or peer is None):
            self.claiming = False
        self.watch_files()
        self.sick = self.host.switch("abnormal-resource")
        self.page.serve(self.role == "active" and self.steady)
        self.write()

    def join(self, peer, silent):
        """A former active takes the role back unless the peer has promoted itself meanwhile."""
        if peer is not None:
            if peer["role"] == "active":
                self.become("standby", "the peer is active")
            elif self.last_role == "active" and (peer["last_role"] != "active" or self.host.first):
                self.become("active", "was active before")
            elif peer["role"] == "standby" or self.last_role == "standby":
                self.become("standby", "was standby before")
        elif silent > JOIN_WAIT:
            self.become(self.last_role, "nothing heard, role as before")

    def flip(self, peer):
        """The switch role-flip: the two nodes really change their roles, once."""
        if peer is None or not self.steady or self.host.switch("role-flip") is None:
            return
        os.unlink(f"{self.host.directory}/lab/switches/role-flip")
        if self.role == "active":
            self.become("standby", "switch role-flip")
            self.yielding = True
        else:
            self.claiming = True

    def watch_files(self):
        """Wrong owner or mode breaks the HA file sync (contract: Files, logs, alarms)."""
        fault = ""
        for directory in (f"{self.host.om_home}/security/certHA", f"{self.host.ha}/local/cert"):
            for name in ("root-ca.crt", "root-ca.pem", "server.crt", "server.key", "server.pem"):
                try:
                    found = os.stat(f"{directory}/{name}")
                except FileNotFoundError:
                    continue
                if found.st_uid != os.geteuid() or found.st_mode & 0o177:
                    fault = f"{directory}/{name}"
        if fault and fault != self.sync_fault:
            log(f"file sync broken: owner or mode of {fault}")
        self.sync_fault = fault

    def resources(self):
        rows = []
        for name, kind in self.host.resources:
            if self.role is None:
                status, state = "Unknown", "Unknown"
            elif not self.steady:
                status = "Starting" if kind == "Single_active" else "Raising_active" if self.role == "active" else "Lowing_standby"
                state = "Non_steady"
            elif kind == "Single_active":
                status, state = ("Normal" if self.role == "active" else "Stopped"), "Normal"
            else:
                status, state = self.role.capitalize() + "_normal", "Normal"
            if name == self.sick or (self.sync_fault and name == "filesync"):
                status, state = "Abnormal", "Exception"
            rows.append([name, status, state, kind])
        return rows

    def view(self):
        """This node's own row."""
        shown = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(self.started))
        resources = self.resources()
        if not self.steady:
            health = "NULL"
        else:
            health = "normal" if all(row[2] == "Normal" for row in resources) else "abnormal"
        phase = "NULL"
        if self.role is not None:
            stem = "Activ" if self.role == "active" else "Deactiv"
            phase = stem + ("ed" if self.steady else "ating")
        return {"address": self.host.address, "host": self.host.name, "started": shown, "role": self.role or "NULL",
                "health": health, "phase": phase, "resources": resources}

    def message(self):
        return {"name": self.host.name, "role": self.role, "since": self.since, "last_role": self.last_role,
                "yielding": self.yielding, "claiming": self.claiming, "view": self.view()}

    def peer_view(self):
        peer = self.heartbeats.peer()
        if peer is not None:
            return peer["view"]
        resources = [[name, "Unknown", "Unknown", kind] for name, kind in self.host.resources]
        return {"address": self.host.peer_address, "host": self.host.peer_name, "started": "--", "role": "NULL",
                "health": "abnormal", "phase": "NULL", "resources": resources}

    def write(self):
        """The knowledge status-oms.sh prints; `first` before `second` on both nodes, as the vendor's script does."""
        views = [self.view(), self.peer_view()]
        if not self.host.first:
            views.reverse()
        lines = [f"node\t{v['address']}\t{v['host']}\t{HA_VERSION}\t{v['started']}\t{v['role']}\t{v['health']}\t{v['phase']}"
                 for v in views]
        lines += ["\t".join(["res", v["address"], *row]) for v in views for row in v["resources"]]
        text = "\n".join(lines) + "\n"
        if text != self.written:
            own = self.view()
            self.host.write("ha.rows", text)
            self.host.write("ha.json", json.dumps({"pid": os.getpid(), "port": self.host.ha_port, "role": own["role"],
                                                   "health": own["health"],
                                                   "phase": own["phase"], "heard": self.heartbeats.peer() is not None,
                                                   "root": self.identity.root, "leaf": self.identity.leaf}) + "\n")
            self.written = text


def main():
    os.umask(0o077)
    host = Host(sys.argv[1])
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    try:
        node = Node(host)
    except (OSError, ValueError, AttributeError, subprocess.CalledProcessError) as error:
        log(f"start failed: {error}")
        host.write("ha.failed", f"{error}\n")
        sys.exit(1)
    log(f"started, root {node.identity.root['serial']}, leaf {node.identity.leaf['serial']}")
    node.tick()
    processes.record(f"{host.run}/ha.pid", os.getpid())
    while True:
        time.sleep(0.1)
        node.tick()


if __name__ == "__main__":
    main()
