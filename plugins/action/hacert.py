# Copyright The hacert authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The bridge between the playbooks and the jar on the hosts; docs/protocol.md says what is spoken.

One call is one round trip: the remote command is one short line, and a constant shell script and the request travel
on its standard input. The host needs no Python and keeps no temporary file. Settings and secrets are read here, from
the variables of the node, so that they never become task arguments, facts or results.
"""

from __future__ import absolute_import, annotations, division, print_function

__metaclass__ = type

import concurrent.futures
import contextlib
import copy
import datetime
import hashlib
import json
import os
import pwd
import re
import secrets
import selectors
import shlex
import signal
import socket
import stat
import struct
import subprocess
import time
import traceback

import yaml

from ansible import constants as C
from ansible.errors import AnsibleConnectionFailure, AnsibleError
from ansible.module_utils.parsing.convert_bool import boolean
from ansible.plugins.action import ActionBase
from ansible.plugins.loader import become_loader
from ansible.utils.display import Display

display = Display()

SCHEMA = "hacert.result/1"
LOCAL = ("install", "remove")
OPERATIONS = ("discover", "decide", "stage", "apply", "confirm", "close", "rollback", "purge") + LOCAL
NEEDS_PLAN = ("stage", "apply", "confirm", "rollback", "close")
CHANGING = ("stage", "apply", "rollback", "close", "purge")
GOOD = ("unchanged", "planned", "succeeded", "rolled-back")
NEEDS_PASSWORD = ("stage", "apply", "confirm", "rollback")
SEVERITIES = ("error", "warning", "info")

# Variable, key in the request's settings, type or possible values. Given by the inventory or not at all: the jar has the defaults.
SETTINGS = (
    ("hacert_state_dir", "state_dir", str),
    ("hacert_key", "key", str),
    ("hacert_validity_days", "validity_days", int),
    ("hacert_subject", "subject", dict),
    ("hacert_renew_before", "renew_before_days", int),
    ("hacert_force", "force", bool),
    ("hacert_compromised", "compromised", bool),
    ("hacert_accept_unproven", "accept_unproven", bool),
    ("hacert_generation", "generation", int),
    ("hacert_generations", "generations", int),
    ("hacert_rotation", "rotation", str),
    ("hacert_active", "active", str),
    ("hacert_peer_copy", "peer_copy", ("ssh", "control")),
    ("hacert_manager_url", "manager_url", str),
    ("hacert_source", "source", ("make", "given", "vendor")),
    ("hacert_renew_cipher", "renew_cipher", bool),
    ("hacert_opengauss_env", "options.environment", str),
    ("hacert_apply", "options.apply", ("local", "cluster")),
    ("hacert_restart", "options.restart", ("auto", "always", "never")),
    ("hacert_trust", "options.trust", ("overlap", "finish", "replace")),
    ("hacert_accept_ca_change", "options.accept_ca_change", bool),
    ("hacert_revoke", "options.revoke", list),
    ("hacert_clean_up", "options.clean_up", bool),
    ("hacert_rollback", "options.rollback", ("own", "vendor", "vendor-local")),
)
# These are a node's own; all other variables speak of the cluster and are the same whichever node is asked.
PER_NODE = ("hacert_state_dir", "hacert_opengauss_env")

# How files are called that hold certificates or keys; what they are is told by the jar.
BUNDLE_EXTENSIONS = ("crt", "cer", "cert", "pem", "der", "key", "p7b", "p7c", "p12", "pfx")
# openGauss: the names are the vendor's.
PACKAGE_FILES = (
    "cacert.pem",
    *(side + end for side in ("server", "client") for end in (".crt", ".key", ".key.cipher", ".key.rand")),
    "sslcrl-file.crl",
    "openssl.cnf",
    "client.key.pk8",
)
LARGEST_BUNDLE_FILE = 1 << 20
LARGEST_PACKAGE = 4 << 20
MOST_BUNDLE_FILES = 16
LARGEST_PROFILE = 256 << 10
LARGEST_RESULT = 16 << 20
LONGEST_PASSWORD = 4 << 10
LONGEST_COMPLAINT = 64 << 10
PASSWORD_SECONDS = 30
SHORTEST_SCRUBBED = 4
LONGEST_TAIL = 2000
# What could command a terminal, or turn its line around: controls but for tab and line feed, and marks of direction.
COMMANDING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]")
PRIVATE_KEY = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(-----END [A-Z ]*PRIVATE KEY-----|\Z)", re.DOTALL)

# A silent link must become a failed result within 20 s; ssh's own default is to wait for ever.
KEEPALIVE = "-o ServerAliveInterval=5 -o ServerAliveCountMax=4"

# The remote command: runs the script that follows on standard input. One line without backslash and exclamation mark,
# because login shells differ in what they make of them, and short, because sudo logs it and tells it with a refusal.
# What comes before the line that names the beginning is there to be lost, see BLANKS.
LOADER = (
    'while read -r word size; do [ "$word" = @begin@ ] && { eval "$(head -c "$size")"; exit; }; done; echo @mark@ lost'
)

# A profile that reads standard input gets empty lines, as from a person who presses the return key, and not the
# request.
BLANKS = 100

# Ansible sends nothing before become has succeeded, which a profile that reads would wait for. Therefore the blank
# lines come from the host, and what Ansible sends then comes after them. The feeder ends with the command that it
# feeds, or a refusal would wait for the feeder's own input to end.
FEEDER = 'echo $$; yes "" | head -n %d; @line@exec cat' % BLANKS
FED = (
    "/bin/sh -c @feeder@ | "
    "{ read -r feeder; @command@; code=$?; kill -s PIPE $feeder 2>/dev/null; exit $code; }"
)

# What the host does with the request.
with open(os.path.join(os.path.dirname(os.path.realpath(__file__)), "hacert.sh"), encoding="utf-8") as _script:
    SCRIPT = _script.read()


def _belongs(name, package):
    """Whether a file of a directory that is handed over may belong to a bundle, by its name."""
    if package:
        return name in PACKAGE_FILES or name.lower().endswith(".zip")
    return name.lower().rpartition(".")[2] in BUNDLE_EXTENSIONS


class Problem(Exception):
    """Ends a call with a result made here: nothing, or nothing known, was done by the jar."""

    def __init__(self, code, message, remedy, outcome="failed", exit_code=5):
        super().__init__(message)
        self.outcome = outcome
        self.exit_code = exit_code
        self.finding = {"severity": "error", "code": code, "message": message, "remedy": remedy}

    @classmethod
    def of_setting(cls, code, message, remedy):
        """Something on the control machine must be put right first; no host was asked."""
        return cls(code, message, remedy, "refused", 3)


class ThisProcess:
    """Names the ansible-playbook process for the leases on the hosts, and knows whether another one still runs.

    A name is PID@TICKS.BOOT.SCOPE: start in clock ticks since boot, the boot, and the machine with its process
    namespace. Only of a process in the same scope can be said that it is dead.
    """

    def __init__(self):
        self.host = socket.gethostname()
        self.boot = self._read("/proc/sys/kernel/random/boot_id")[:8] or "0"
        try:
            namespace = os.readlink("/proc/self/ns/pid")
        except OSError:
            namespace = ""
        scope = self._read("/etc/machine-id") + self.host + namespace
        self.scope = hashlib.sha256(scope.encode()).hexdigest()[:8]

    @staticmethod
    def _read(path):
        try:
            with open(path, encoding="utf-8", errors="replace") as file:
                return file.read().strip()
        except OSError:
            return ""

    def _start(self, pid):
        """Start of a process as one word, empty when it does not run, None when that is hidden from this user."""
        fields = self._read("/proc/%d/stat" % pid).rpartition(")")[2].split()
        if fields:
            return "" if fields[0] in "ZX" else fields[19]
        if os.path.isdir("/proc/self"):
            # /proc may be mounted with hidepid.
            return None if self._is_anothers(pid) else ""
        shown = subprocess.run(["ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, check=False)
        return re.sub(r"\W+", "", shown.stdout.decode("utf-8", "replace"))

    @staticmethod
    def _is_anothers(pid):
        try:
            os.kill(pid, 0)
        except PermissionError:
            return True
        except OSError:
            pass
        return False

    def name(self):
        """The worker's parent: it is the same during the whole run."""
        pid = os.getppid()
        return "%d@%s.%s.%s" % (pid, self._start(pid), self.boot, self.scope)

    def is_dead(self, host, name):
        known = re.fullmatch(r"(\d{1,9})@(\w+)\.(\w+)\.(\w+)", name)
        if host != self.host or not known or known[4] != self.scope:
            return False
        return known[3] != self.boot or self._start(int(known[1])) not in (None, known[2])


class PasswordCommand:
    """A command of the control machine that prints a password, as a vault's client does.

    It runs without a shell, a terminal and input, so that it cannot ask anyone. What it prints is told to nobody.
    """

    def __init__(self, variable, words, tail):
        self._variable = variable
        self._words = words
        self._tail = tail

    def password(self):
        """Runs it. Answers the one line that it prints."""
        try:
            process = subprocess.Popen(
                self._words,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                start_new_session=True,
            )
        except (OSError, ValueError) as error:
            raise self._failed("could not be started: %s" % (getattr(error, "strerror", "") or "NUL in it")) from None
        try:
            with process.stdout, process.stderr:
                printed, complaint, ended = self._read(process)
            told = self._told(printed, complaint)
            if len(printed) > LONGEST_PASSWORD:
                raise self._failed("printed more than %d bytes" % LONGEST_PASSWORD)
            if not ended:
                raise self._failed("did not end within %d s%s" % (PASSWORD_SECONDS, told))
        except BaseException:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            raise
        if process.returncode:
            raise self._failed("ended with code %d%s" % (process.returncode, told))
        return self._line(printed, told)

    def _read(self, process):
        """What it prints and complains of, to their bounds, and whether it ended by itself in time."""
        kept = {process.stdout: b"", process.stderr: b""}
        end = time.monotonic() + PASSWORD_SECONDS
        with selectors.DefaultSelector() as selector:
            for stream in kept:
                selector.register(stream, selectors.EVENT_READ)
            # Standard error may stay open in an agent that the client has left behind.
            while process.stdout in selector.get_map() or process.poll() is None and selector.get_map():
                ready = selector.select(min(0.1, max(0.0, end - time.monotonic())))
                for key, unused in ready:
                    block = os.read(key.fd, 1 << 16)
                    if not block:
                        selector.unregister(key.fileobj)
                    kept[key.fileobj] = (kept[key.fileobj] + block)[-LONGEST_COMPLAINT:]
                if len(kept[process.stdout]) > LONGEST_PASSWORD or time.monotonic() >= end:
                    break
        ended = False
        if time.monotonic() < end and len(kept[process.stdout]) <= LONGEST_PASSWORD:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(end - time.monotonic())
                ended = True
        return kept[process.stdout], kept[process.stderr], ended

    def _line(self, printed, told):
        password = printed[:-1] if printed.endswith(b"\n") else printed
        if not password:
            raise self._failed("printed nothing%s" % told)
        try:
            text = password.decode("utf-8")
        except UnicodeDecodeError:
            raise self._failed("printed what is not UTF-8") from None
        if re.search(r"[\x00-\x1f\x7f]", text):
            raise self._failed("printed several lines, or control characters")
        return password

    def _told(self, printed, complaint):
        """The end of standard error, without what stands on standard output, which may be the password."""
        text = complaint.decode("utf-8", "replace")
        shown = printed.decode("utf-8", "replace")
        for piece in sorted(shown.splitlines() + shown.split(), key=len, reverse=True):
            if len(piece) >= SHORTEST_SCRUBBED:
                text = text.replace(piece, "********")
        tail = self._tail(text)
        return ": " + tail if tail else ""

    def _failed(self, what):
        return Problem.of_setting(
            "PASSWORD_COMMAND_FAILED",
            "The command %s of %s %s." % (ascii(self._words[0])[1:-1], self._variable, what),
            "Run it by hand as the user who runs the playbook, with </dev/null: it has to print the password, one line "
            "and nothing else, and to end with code 0 within %d s." % PASSWORD_SECONDS,
        )


class ActionModule(ActionBase):
    """`hacert`: asks one node one operation."""

    TRANSFERS_FILES = False
    _requires_connection = True
    _supports_check_mode = True
    _supports_async = False

    def run(self, tmp=None, task_vars=None):
        super().run(tmp, task_vars)
        self._vars = task_vars or {}
        unused, self._call = self.validate_argument_spec(
            argument_spec={
                "operation": {"type": "str", "required": True, "choices": list(OPERATIONS)},
                "members": {"type": "list", "elements": "str", "default": []},
                "nodes": {"type": "list", "elements": "str", "default": []},
                "intent": {"type": "str", "choices": ["rotate", "rollback", "check"], "default": "rotate"},
                "found": {"type": "list", "elements": "dict", "default": []},
                "failed": {"type": "list", "elements": "dict", "default": []},
                "plan": {"type": "dict"},
                "first": {"type": "dict"},
                "staged": {"type": "list", "elements": "dict", "default": []},
                "proven": {"type": "list", "elements": "dict", "default": []},
            },
            required_if=[("operation", name, ("plan",)) for name in NEEDS_PLAN],
        )
        self._operation = self._call["operation"]
        self._printed = {}
        self._check = bool(self._task.check_mode)
        if not self._call["nodes"]:
            self._aim(self._task.delegate_to or self._vars["inventory_hostname"])
            return self._answered()
        # What is templated is templated one after the other; only the nodes' own work is waited for at once.
        calls = [copy.copy(self) for unused in self._call["nodes"]]
        for call, node in zip(calls, self._call["nodes"]):
            call._aim(node)
        with concurrent.futures.ThreadPoolExecutor(len(calls)) as pool:
            answers = list(pool.map(lambda call: call._answered(), calls))
        return {
            "changed": any(answer["changed"] for answer in answers),
            "failed": any(answer["failed"] for answer in answers),
            "msg": "\n".join(answer["msg"] for answer in answers),
            "results": answers,
        }

    def _aim(self, node):
        """Makes this the call of one node, up to what can be done without asking it."""
        self._node = node
        self._secret = []
        self._notices = []
        self._asked = False
        self._started = self._now()
        self._problem = None
        self._prepared = None
        with self._problems():
            self._own = self._variables_of(node)
            self._jar = self._find_jar()
            if self._call["nodes"]:
                self._connect()
            self._link_must_not_hang()
            directory = str(self._own.get("hacert_state_dir") or ".hacert")
            if directory.startswith("~"):
                # Nothing on the host would expand it.
                raise self._invalid("hacert_state_dir", directory, "absolute, or relative to the user's home")
            self._where = (directory, str(self._own.get("hacert_java") or ""))
            if self._operation not in LOCAL:
                self._prepared = self._request()

    @contextlib.contextmanager
    def _problems(self):
        """Keeps what goes wrong within as this call's problem."""
        try:
            yield
        except Problem as problem:
            self._problem = problem
        except Exception as error:  # whatever it is, the playbook must be able to decide on a result
            display.vvv(self._scrub(traceback.format_exc()), host=self._node)
            self._problem = Problem(
                "EXECUTOR_UNEXPECTED",
                "%s: the call ended with %s: %s" % (self._node, type(error).__name__, self._scrub(str(error))),
                "This is a defect of hacert's action plugin: report it with the output of -vvv.",
                exit_code=1,
            )

    def _answered(self):
        """The call's answer. Where `nodes` are asked, this runs in a thread of its own."""
        answer = None
        if not self._problem:
            with self._problems():
                answer = self._keep_house() if self._operation in LOCAL else self._answer(self._ask(self._prepared))
        if answer is None:
            answer = self._told() if self._operation in LOCAL else self._answer(self._result_of(self._problem))
        return answer

    # --- what the playbook gets ---------------------------------------------------------------------------

    def _answer(self, result):
        result["findings"] += self._notices
        outcome = result["outcome"]
        # What is found on a host, or that it cannot be asked, is for `decide` to judge; a wrong setting is not.
        judged_later = self._operation == "discover" and self._asked
        answer = {
            "changed": outcome in ("planned", "succeeded", "rolled-back") and self._operation in CHANGING,
            "failed": outcome not in GOOD and not judged_later,
            "msg": self._message(result),
            "hacert": result,
        }
        if self._task.diff and self._operation in ("stage", "apply", "rollback") and result.get("after"):
            # Planned is the bundle; what the system will issue with it is not known before.
            names = [os.path.basename(str(one.get("source"))) for one in result["after"]]
            answer["diff"] = {
                "before_header": "%s (installed)" % self._node,
                "after_header": "%s (%s)" % (self._node, "planned" if outcome == "planned" else "new"),
                "before": self._describe(result.get("before"), names),
                "after": self._describe(result["after"], names),
            }
        return answer

    def _message(self, result):
        findings = [f for f in result["findings"] if f.get("severity") in SEVERITIES]
        findings.sort(key=lambda f: SEVERITIES.index(f["severity"]))
        if result["outcome"] in GOOD:
            findings = [f for f in findings if f["severity"] != "info"]
        lines = ["%s on %s: %s" % (self._operation, self._node, result["outcome"])]
        for finding in findings[:3]:
            lines.append("%s: %s" % (finding.get("code"), finding.get("message")))
            if finding.get("remedy"):
                lines.append("  do: %s" % finding["remedy"])
        if len(findings) > 3:
            lines.append("and %d more findings" % (len(findings) - 3))
        return "\n".join(lines)

    @staticmethod
    def _describe(certificates, names):
        text = []
        for one in sorted(certificates or [], key=lambda c: os.path.basename(str(c.get("source")))):
            name = os.path.basename(str(one.get("source")))
            if name not in names:
                continue
            text.append(name)
            for key in ("subject", "issuer", "serial", "not_before", "not_after", "key", "sha256"):
                text.append("  %-10s %s" % (key, one.get(key)))
        return "".join(line + "\n" for line in text)

    def _result_of(self, problem):
        return {
            "schema": SCHEMA,
            "version": "",
            "operation": self._operation,
            "cluster": str(self._vars.get("hacert_cluster", "")),
            "target": "",
            "profile": "",
            "host": self._node,
            "check": self._check,
            "outcome": problem.outcome,
            "exit_code": problem.exit_code,
            "started": self._started,
            "finished": self._now(),
            "change": {"id": "", "operator": "", "reason": ""},
            "findings": [problem.finding],
            "steps": [],
            "before": [],
            "after": [],
            "timings": {},
            "data": {},
        }

    @staticmethod
    def _now():
        return datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")

    # --- the request --------------------------------------------------------------------------------------

    def _request(self):
        profile_overrides = self._profile_file()
        bundle = self._bundle()
        own = self._own
        change = {
            "id": self._words("hacert_change_id"),
            "operator": self._words("hacert_operator") or self._control_user(),
            "reason": self._words("hacert_reason"),
        }
        process = ThisProcess()
        request = {
            "schema": "hacert.request/1",
            "operation": self._operation,
            "cluster": self._text("hacert_cluster"),
            "target": self._text("hacert_target"),
            "profile": self._text("hacert_profile"),
            "profile_overrides": profile_overrides,
            "node": self._describe_node(self._node, own),
            "peers": [self._describe_node(n, self._variables_of(n)) for n in self._call["members"] if n != self._node],
            "check": self._check,
            "holder": {"host": process.host, "process": process.name()},
            "change": change,
            "settings": self._settings(),
        }
        if self._operation in ("decide", "close"):
            request["intent"] = self._call["intent"]
        if self._operation == "decide":
            request["found"] = self._call["found"]
            request["dead_processes"] = self._dead(process)
            if self._call["failed"]:
                request["failed"] = self._call["failed"]
        for key in ("plan", "first", "staged", "proven"):
            if self._call[key]:
                request[key] = self._call[key]
        return request, self._secrets(bundle)

    def _describe_node(self, name, variables):
        port = variables.get("hacert_peer_port") or variables.get("ansible_port") or 22
        node = {
            "name": name,
            "address": str(variables.get("hacert_peer_address") or variables.get("ansible_host") or name),
            "port": self._number("hacert_peer_port", port),
        }
        if variables.get("hacert_status_name"):
            node["status_name"] = str(variables["hacert_status_name"])
        return node

    def _settings(self):
        settings = {}
        for variable, key, kind in SETTINGS:
            value = self._own.get(variable) if variable in PER_NODE else self._of_cluster(variable)
            if value is None or value == "":
                continue
            if kind is int:
                value = self._number(variable, value)
            elif kind is bool:
                try:
                    value = boolean(value)
                except TypeError:
                    raise self._invalid(variable, value, "true or false") from None
            elif kind is list:
                if not isinstance(value, list) or not all(map(self._is_text, value)):
                    raise self._invalid(variable, value, "a list of texts, each in quotes (one of a template: with | string)")
                value = [str(one) for one in value]
            elif kind is dict:
                value = {k: v for k, v in value.items() if v is not None} if isinstance(value, dict) else value
                if not isinstance(value, dict) or not all(map(self._is_text, value.values())):
                    raise self._invalid(variable, value, "a dictionary of texts, each in quotes (one of a template: with | string)")
                value = {str(k): str(v) for k, v in value.items()}
            else:
                value = str(value)
                if isinstance(kind, tuple) and value not in kind:
                    raise self._invalid(variable, value, " or ".join(kind))
            below, unused, name = key.rpartition(".")
            (settings.setdefault(below, {}) if below else settings)[name] = value
        if self._of_cluster("hacert_bundle"):
            settings.setdefault("source", "given")
        return settings

    def _number(self, variable, value):
        try:
            number = int(value)
        except (TypeError, ValueError):
            number = -1
        if number < 0:
            raise self._invalid(variable, value, "a whole number, 0 or more")
        return number

    @staticmethod
    def _invalid(variable, value, wanted):
        return Problem.of_setting(
            "SETTING_INVALID",
            "%s is %r, but must be %s." % (variable, value, wanted),
            "Correct it in the inventory, or on the command line.",
        )

    def _dead(self, process):
        dead = set()
        for result in self._call["found"]:
            lease = ((result.get("data") or {}).get("discovery") or {}).get("lease") or {}
            if process.is_dead(str(lease.get("host")), str(lease.get("process"))):
                dead.add(lease["process"])
        return sorted(dead)

    @staticmethod
    def _control_user():
        try:
            return pwd.getpwuid(os.getuid()).pw_name
        except KeyError:
            return str(os.getuid())

    # --- variables ----------------------------------------------------------------------------------------

    class _Lazy(dict):
        """Variables of a host which are templated when they are read, and fail there when undefined."""

        def __init__(self, raw, template):
            super().__init__(raw)
            self._template = template

        def get(self, key, default=None):
            return self._template(key, self[key]) if key in self else default

        def __getitem__(self, key):
            return self._template(key, super().__getitem__(key))

        def raw(self):
            return dict(self.items())

    def _variables_of(self, host):
        hostvars = self._vars["hostvars"]
        if host not in hostvars:
            raise Problem.of_setting(
                "NODE_UNKNOWN", "%s is not a host of the inventory." % host, "Name the node as the inventory does."
            )
        # hostvars[host] leaves an undefined variable as its template text: a password would be sent as `{{ x }}`.
        raw = dict(hostvars.raw_get(host), hostvars=hostvars)
        return self._Lazy(raw, lambda key, value: self._templated(key, value, available_variables=raw))

    def _of_cluster(self, variable):
        """A value that all nodes share: play and role variables count as well as the inventory's."""
        if variable in self._vars:
            return self._templated(variable, self._vars[variable])
        return self._own.get(variable)

    def _of_node(self, variable):
        """The node's own value, else the one that all nodes share."""
        value = self._own.get(variable)
        return self._of_cluster(variable) if value is None else value

    def _text(self, variable):
        value = self._of_cluster(variable)
        return "" if value is None else str(value)

    def _words(self, variable):
        """A text for the auditor, which has to be as it was written: of 0042 YAML makes 34, of `no` a false."""
        value = self._of_cluster(variable)
        if value is not None and not self._is_text(value):
            raise self._invalid(variable, value, "a text, in quotes (one of a template: with | string)")
        return "" if value is None else str(value)

    @staticmethod
    def _is_text(value):
        """A single value of a vault is one too, of a type of its own."""
        return isinstance(value, str) or getattr(value, "__ENCRYPTED__", False)

    def _templated(self, variable, value, **environment):
        templar = self._templar.copy_with_new_env(**environment)
        # Whatever the configuration says of undefined variables, named directly or by another one: `{{ x }}` is no
        # password.
        templar._fail_on_undefined_errors = True
        try:
            return self._given(templar.template(value))
        except AnsibleError as error:
            # The text of the error may quote the value; its kind is enough.
            raise Problem.of_setting(
                "SETTING_UNDEFINED",
                "%s cannot be evaluated (%s)." % (variable, type(error).__name__),
                "See that every variable it names is defined for this host and that vault files are unlocked.",
            ) from None

    def _given(self, value):
        """Without what stands for `default(omit)`, which Ansible takes away only from a task's own arguments."""
        if isinstance(value, dict):
            return {key: self._given(one) for key, one in value.items()}
        if isinstance(value, list):
            return [self._given(one) for one in value if not self._is_omitted(one)]
        return None if self._is_omitted(value) else value

    def _is_omitted(self, value):
        return isinstance(value, str) and value == self._vars.get("omit")

    # --- files and secrets of the control machine -----------------------------------------------------------

    def _secrets(self, bundle):
        named = []
        replaces = self._replaces()
        replaced = self._operation == "stage" and replaces
        # What an open rotation installs is staged already; where it is not, the jar refuses.
        begins = not self._goes_on()
        made = replaced and not self._of_cluster("hacert_bundle")
        # Whether the given CA is another than the installed one decides what is due; to tell it, its key is needed.
        opened = bool(bundle) and (replaced or self._operation == "decide")
        bundle_password = self._password("hacert_bundle_password", opened and begins, opened)
        # Judged in each call, so that the first one already refuses it; sent only where it is needed.
        needed = replaced or opened and begins and not bundle_password
        # A node that was changed already needs it no more; the jar refuses where it does.
        useful = replaces and self._operation == "apply" or self._operation == "confirm" or opened and not bundle_password
        password = self._password("hacert_password", needed, useful)
        if password and self._operation in NEEDS_PASSWORD:
            named.append(("password", password))
        if opened:
            named += [("bundle/" + name, content) for name, content in bundle.items()]
            if bundle_password or password:
                named.append(("bundle_password", bundle_password or password))
        ca_password = self._password("hacert_ca_password", made and begins, made)
        authority = self._files("hacert_ca") if made else {}
        if made and ca_password:
            named.append(("ca_password", ca_password))
        named += [("ca/" + name, content) for name, content in authority.items()]
        self._secret += [*bundle.values(), *authority.values()]
        return named

    def _password(self, variable, needed, useful=False):
        """The password of a variable. That of its command only where it is needed, or useful: then it may fail."""
        value = self._of_node(variable)
        if value is not None and not self._is_text(value):
            raise Problem.of_setting(
                "SETTING_INVALID", "%s is not a text." % variable, "Put it in quotes, and into a vault."
            )
        password = str(value or "").encode("utf-8", "surrogateescape")
        command = self._command(variable + "_command")
        if command and password:
            raise Problem.of_setting(
                "SETTING_INVALID",
                "%s and %s_command are both given; expected one of them." % (variable, variable),
                "Take one away, or set it to nothing for these hosts.",
            )
        if command and (needed or useful):
            try:
                password = self._of_command(variable + "_command", command)
            except Problem as problem:
                if needed:
                    raise
                self._notices.append(dict(problem.finding, severity="warning"))
        self._secret.append(password)
        return password

    def _command(self, variable):
        words = self._of_node(variable)
        if words is None or words == "" or words == []:
            return ()
        if not isinstance(words, list) or not all(isinstance(word, str) for word in words) or not words[0]:
            # What it is instead may be a password, and is not shown.
            raise Problem.of_setting(
                "SETTING_INVALID",
                "%s is not a list of texts: a command and its arguments." % variable,
                "Write a list, each word in quotes, as ['vault', 'read', 'PATH']. It is run without a shell.",
            )
        return tuple(words)

    def _of_command(self, variable, command):
        """Runs it at most once in a call, however many nodes are asked, whether it fails or not."""
        if (variable, command) not in self._printed:
            try:
                printed = PasswordCommand(variable, command, self._tail).password()
            except Problem as problem:
                printed = problem
            self._printed[variable, command] = printed
        printed = self._printed[variable, command]
        if isinstance(printed, Problem):
            raise printed
        return printed

    def _replaces(self):
        return (self._call["plan"] or {}).get("kind") == "replace"

    def _goes_on(self):
        """Whether a rotation is open: in stage the one of the plan, in decide any."""
        rotation = (self._call["plan"] or {}).get("rotation")
        for result in self._call["found"]:
            journal = ((result.get("data") or {}).get("discovery") or {}).get("journal") or {}
            if journal and not journal.get("outcome") and rotation in (None, journal.get("rotation")):
                return True
        return False

    def _bundle(self):
        """The given one, where a new rotation may begin: nothing else may end because it cannot be read any more."""
        begins = self._call["intent"] != "rollback" and not self._call["failed"]
        if self._operation == "stage" and self._replaces() or self._operation == "decide" and begins:
            return self._files("hacert_bundle")
        return {}

    def _files(self, variable):
        """Certificates and keys that a variable names. An open rotation goes on where they cannot be read any more."""
        try:
            return self._read_files(variable)
        except Problem as problem:
            if not self._goes_on():
                raise
            self._notices.append(dict(problem.finding, severity="warning"))
            return {}

    def _read_files(self, variable):
        """One file, or those of a directory."""
        path = self._of_cluster(variable)
        if not path:
            return {}
        path = self._loader.path_dwim(str(path))
        if not os.path.isdir(path):
            return {self._shown(path): self._read_given(path, variable)}
        package = self._packed(variable)
        try:
            names = sorted(n for n in os.listdir(path) if _belongs(n, package))
        except OSError as error:
            raise Problem.of_setting(
                "FILE_UNREADABLE",
                "%s cannot be listed on the control machine: %s." % (path, error.strerror),
                "Correct %s, or the directory's owner and mode." % variable,
            ) from None
        if not 0 < len(names) <= MOST_BUNDLE_FILES:
            raise Problem.of_setting(
                "FILE_UNREADABLE",
                "%s holds %d files named as those of a bundle are; expected 1 to %d, called %s."
                % (
                    path,
                    len(names),
                    MOST_BUNDLE_FILES,
                    ", ".join(PACKAGE_FILES + ("*.zip",) if package else ["*." + e for e in BUNDLE_EXTENSIONS]),
                ),
                "Give a directory with the files of the bundle, or the finished db-cert-replacement.zip."
                if package
                else "Give a directory with the certificates and keys alone, or one file with all of them.",
            )
        return {self._shown(name): self._read_given(os.path.join(path, name), variable) for name in names}

    def _packed(self, variable):
        """Whether the variable names a finished bundle of openGauss, and not certificates in some form."""
        return variable == "hacert_bundle" and self._text("hacert_target") == "opengauss"

    def _read_given(self, path, variable):
        package = self._packed(variable) and path.lower().endswith(".zip")
        return self._read_file(path, LARGEST_PACKAGE if package else LARGEST_BUNDLE_FILE, variable)

    @staticmethod
    def _shown(path):
        """A file's name as the jar's messages show it: it may be in any encoding."""
        return ascii(os.path.basename(path))[1:-1]

    def _profile_file(self):
        path = self._of_cluster("hacert_profile_file")
        if not path:
            return {}
        path = self._loader.path_dwim(str(path))
        try:
            profile = yaml.safe_load(self._read_file(path, LARGEST_PROFILE, "hacert_profile_file"))
        except (yaml.YAMLError, UnicodeDecodeError) as error:
            where = getattr(error, "problem_mark", None)
            place = " in line %d" % (where.line + 1) if where else ""
            raise Problem.of_setting(
                "PROFILE_FILE_INVALID", "%s is not YAML%s." % (path, place), "Correct the file."
            ) from None
        if profile is not None and not isinstance(profile, dict):
            raise Problem.of_setting(
                "PROFILE_FILE_INVALID", "%s is not a mapping of profile keys." % path, "Correct the file."
            )
        return profile or {}

    @staticmethod
    def _read_file(path, largest, variable):
        try:
            with open(path, "rb", opener=lambda p, flags: os.open(p, flags | os.O_NONBLOCK | os.O_CLOEXEC)) as file:
                kind = os.fstat(file.fileno())
                content = file.read(largest + 1) if stat.S_ISREG(kind.st_mode) else None
        except OSError as error:
            raise Problem.of_setting(
                "FILE_UNREADABLE",
                "%s cannot be read on the control machine: %s." % (path, error.strerror),
                "Correct %s, or the file's owner and mode." % variable,
            ) from None
        if not content or len(content) > largest:
            raise Problem.of_setting(
                "FILE_UNREADABLE",
                "%s is empty, larger than %d bytes, or not a file." % (path, largest),
                "Correct %s." % variable,
            )
        return content

    # --- the connection -------------------------------------------------------------------------------------

    def _connect(self):
        """Makes the connection to the node as Ansible does for a task that is delegated there."""
        kind = str(self._own.get("ansible_connection") or self._task.connection)
        self._task = self._task.copy()
        self._task.delegate_to = self._node
        own = dict(self._own.raw(), ansible_delegated_vars={self._node: self._own.raw()})
        templar = self._templar.copy_with_new_env(available_variables=own)
        context = self._play_context.set_task_and_variable_override(self._task, own, templar)
        context.post_validate(templar=templar)
        self._play_context = context
        self._connection = self._shared_loader_obj.connection_loader.get(
            "ssh" if kind == "smart" else kind,
            context,
            os.devnull,
            task_uuid=self._task._uuid,
            ansible_playbook_pid=str(os.getppid()),
        )
        if not self._connection:
            raise self._invalid("ansible_connection", kind, "the name of a connection plugin")
        become = self._own.get("ansible_become")
        if boolean(self._task.become if become is None else become):
            method = str(self._own.get("ansible_become_method") or self._task.become_method)
            plugin = become_loader.get(method)
            if not plugin:
                raise self._invalid("ansible_become_method", method, "the name of a become plugin")
            self._connection.set_become_plugin(plugin)
        keys = self._task.dump_attrs()
        # As attributes of a task these two mean something else than to a connection.
        keys["timeout"] = context.timeout
        keys.pop("retries", None)
        if context.password:
            keys["password"] = context.password
        if context.become_pass:
            keys["become_pass"] = context.become_pass
        plugins = {
            "connection": self._connection,
            "shell": self._connection._shell,
            "become": self._connection.become,
        }
        for plugin_type, plugin in plugins.items():
            if plugin:
                names = C.config.get_plugin_vars(plugin_type, plugin._load_name)
                given = {name: self._own[name] for name in names if name in self._own}
                plugin.set_options(task_keys=keys, var_options=given)

    # --- the call -----------------------------------------------------------------------------------------

    def _ask(self, request_and_secrets):
        word, rest, output = self._remote("dry" if self._check else "run", self._body(*request_and_secrets))
        if word == "jar-missing":
            if self._check:
                jar = self._jar_bytes()
                word, rest, output = self._remote("dry", jar + self._body(*request_and_secrets), len(jar))
            else:
                self._install()
                word, rest, output = self._remote("run", self._body(*request_and_secrets))
        if word == "java-missing":
            raise Problem(
                "JAVA_MISSING",
                "%s: no Java 17 or newer was found%s." % (self._node, "; seen:" + rest if rest.strip() else ""),
                "Install Java 17 there, or set hacert_java to the path of its java.",
                "refused",
                3,
            )
        if word != "run":
            raise self._no_result(output)
        return self._parse(output)

    def _body(self, request, named):
        """The request as it is sent now: the host's clock is measured by the time that it tells."""
        whole = dict(request, asked=self._now(), secrets=[name for name, unused in named])
        body = json.dumps(whole, default=str).encode("utf-8")
        if named:
            body += b"\0" + b"".join(struct.pack(">I", len(secret)) + secret for unused, secret in named)
        return body

    def _parse(self, output):
        try:
            result = json.loads(output["answer"]) if len(output["answer"]) <= LARGEST_RESULT else None
        except ValueError:
            result = None
        if not (
            isinstance(result, dict)
            and result.get("schema") == SCHEMA
            and isinstance(result.get("outcome"), str)
            and isinstance(result.get("exit_code"), int)
            and isinstance(result.setdefault("findings", []), list)
        ):
            raise self._no_result(output)
        result.setdefault("host", self._node)
        return self._scrubbed(result)

    def _remote(self, mode, body, size=0):
        """One round trip. Answers the word after the marker, the rest of its line, and the output."""
        token = secrets.token_hex(8)
        marker = "hacert-" + token
        begin = "begin-" + token
        # A call is short: the first compiler is enough, but for the arithmetic of making a key.
        compiler = "" if self._operation == "stage" else "-XX:TieredStopAtLevel=1"
        # Made in the first call of a run, while nothing waits for it.
        archive = "archive" if self._operation == "discover" else ""
        words = (marker, self._jar[1], *self._where, mode, str(size), compiler, archive)
        script = ("set -- %s\n%s" % (" ".join(shlex.quote(word) for word in words), SCRIPT)).encode("utf-8")
        data = b"\n" * BLANKS + ("%s %d\n" % (begin, len(script))).encode("ascii") + script + body
        self._asked = True
        try:
            output = self._execute(LOADER.replace("@begin@", begin).replace("@mark@", marker), data)
        except AnsibleConnectionFailure as error:
            raise self._unreachable(str(error)) from None
        except AnsibleError as error:
            raise self._not_begun(str(error)) from None
        unused, unused, told = output["stdout"].partition(marker + " ")
        first, unused, told = told.partition("\n")
        unused, unused, answer = told.partition(marker + " ")
        line, unused, answer = answer.partition("\n")
        word, unused, rest = line.partition(" ")
        if word == "state-unsafe":
            raise Problem(
                "STATE_DIRECTORY_UNSAFE",
                "%s: the state directory: %s. Nothing was changed in this call." % (self._node, self._tail(rest)),
                "Find out who made it, and what in it is not this user's. If nothing is, give it to this user and take "
                "the right to write from all others (chown, chmod go-w); else move it away, or name another one in "
                "hacert_state_dir.",
                "refused",
                3,
            )
        if output["rc"] == 255 and not answer:
            raise self._unreachable(output["stderr"])
        if first == "lost":
            raise Problem(
                "INPUT_LOST",
                "%s: the request was lost on its way: the login profile reads standard input to its end. "
                "Nothing was done." % self._node,
                "Make the profile leave standard input alone where it is no terminal: [ -t 0 ] && read …",
                "refused",
                3,
            )
        if first != "begun":
            raise self._not_begun(output["stderr"] or output["stdout"])
        return word, rest, dict(output, answer=answer)

    def _execute(self, command, data):
        # With anything on standard input ssh asks for no terminal, which would change the output.
        become = self._connection.become
        if not become or self.get_become_option("become_pass"):
            return self._low_level_execute_command(command, in_data=data, executable="/bin/sh")
        build = become.build_become_command
        become.build_become_command = lambda cmd, shell: self._fed(become.name, build(cmd, shell))
        try:
            return self._low_level_execute_command(command, in_data=data, executable="/bin/sh")
        finally:
            del become.build_become_command

    @staticmethod
    def _fed(method, command):
        """The command that becomes another user, with the feeder on its standard input."""
        line = ""
        start, unused, given = command.partition(" -c ")
        if method == "su" and os.path.basename(start.split()[0]) == "sudo":
            # Many who may `sudo su - omm` may not say -c. Then the login shell reads its command after the blank lines.
            # It may read ahead, but finds no more than that: Ansible sends nothing before it runs.
            command, line = start, "echo %s; " % shlex.quote("exec " + shlex.split(given)[0])
        feeder = shlex.quote(FEEDER.replace("@line@", line))
        return FED.replace("@feeder@", feeder).replace("@command@", command)

    def _not_begun(self, text):
        """The host answered, but what was to run there did not begin: nothing was done in this call."""
        seen = self._tail(text) or "(it said nothing)"
        if not self._connection.become:
            return Problem(
                "HOST_UNREACHABLE",
                "%s: one can log in there, but not run a command: %s. Nothing was done in this call." % (self._node, seen),
                "Log in by hand with a command, as `ssh HOST true`: see whether this user has a shell, and that no "
                "profile ends it.",
            )
        user = self.get_become_option("become_user") or "root"
        return Problem(
            "HOST_UNREACHABLE",
            "%s: one can log in there, but not become %s and run a command: %s. Nothing was done in this call."
            % (self._node, user, seen),
            "Check ansible_become_method, _exe, _flags and _user, and that the user who logs in may do what they say "
            "without a password that is not given: for `sudo su` the rule in sudoers is `NOPASSWD: /usr/bin/su - %s`, "
            "su without sudo takes `-c COMMAND`. After a timeout see what the login profile of %s waits for."
            % (user, user),
        )

    def _unreachable(self, text):
        unknown = "" if self._operation in ("discover", "decide") else " What happened on the host is not known."
        return Problem(
            "HOST_UNREACHABLE",
            "%s cannot be reached, or the connection was lost during %s.%s %s"
            % (self._node, self._operation, unknown, self._tail(text)),
            "See that the host runs and can be reached by ssh, then give the same command again: "
            "it finds out what was done and goes on from there.",
        )

    def _no_result(self, output):
        seen = self._tail(output["stderr"]) or self._tail(output["answer"] or output["stdout"]) or "(nothing)"
        return Problem(
            "EXECUTOR_NO_RESULT",
            "%s: %s ended with code %s and without a result. Last output: %s"
            % (self._node, self._operation, output["rc"], seen),
            "Read the output; free disk space or memory if it asks for it. Then give the same command again.",
        )

    def _link_must_not_hang(self):
        connection = self._connection
        if connection.transport.rpartition(".")[2] != "ssh":
            return
        given = [str(connection.get_option(o) or "") for o in ("ssh_args", "ssh_common_args", "ssh_extra_args")]
        if "serveralive" not in "".join(given).lower():
            given[2] = (given[2] + " " + KEEPALIVE).strip()
            connection.set_option("ssh_extra_args", given[2])
        # A shared connection keeps the options that it was opened with, by whatever run of Ansible. Therefore this has
        # one of its own, with a name as long as Ansible's: the path of a socket is short.
        if "controlpath" not in "".join(given).lower() and not connection.get_option("control_path"):
            whose = [str(connection.get_option(o)) for o in ("host", "port", "remote_user")]
            name = hashlib.sha256("\0".join(["hacert"] + whose + given).encode("utf-8", "replace")).hexdigest()[:10]
            connection.set_option("control_path", "%(directory)s/" + name)

    # --- the jar ------------------------------------------------------------------------------------------

    def _find_jar(self):
        path = self._own.get("hacert_jar") or self._of_cluster("hacert_jar")
        if path:
            path = self._loader.path_dwim(str(path))
        else:
            here = os.path.dirname(os.path.realpath(__file__))
            path = os.path.normpath(os.path.join(here, "..", "..", "target", "hacert.jar"))
        digest = hashlib.sha256()
        try:
            with open(path, "rb") as file:
                for block in iter(lambda: file.read(1 << 20), b""):
                    digest.update(block)
        except OSError as error:
            raise Problem.of_setting(
                "EXECUTOR_MISSING",
                "The jar %s cannot be read on the control machine: %s." % (path, error.strerror),
                "Build it with `mvn package`, or set hacert_jar to its path.",
            ) from None
        return path, digest.hexdigest()

    def _jar_bytes(self):
        with open(self._jar[0], "rb") as file:
            return file.read()

    def _install(self):
        word, unused, output = self._remote("install", self._jar_bytes())
        if word not in ("installed", "present"):
            raise Problem(
                "EXECUTOR_NOT_INSTALLED",
                "%s: the jar could not be stored. %s" % (self._node, self._tail(output["stderr"])),
                "See that hacert_state_dir can be written there and that the disk is not full.",
                "refused",
                3,
            )
        return word == "installed"

    def _remove(self):
        word, unused, output = self._remote("remove", b"")
        if word not in ("removed", "absent"):
            raise Problem(
                "EXECUTOR_NOT_REMOVED",
                "%s: the jar and what belongs to it could not be removed. %s" % (self._node, self._tail(output["stderr"])),
                "See that hacert_state_dir can be written there and that no call runs; then do it again.",
                "failed",
                5,
            )
        return word == "removed"

    def _keep_house(self):
        """`install` and `remove` change the jar's own directory only; they have no result of the jar."""
        if self._operation == "remove" and not self._check:
            changed = self._remove()
        else:
            present = self._remote("probe", b"")[0] == "present"
            changed = present == (self._operation == "remove")
            if self._operation == "install" and changed and not self._check:
                changed = self._install()
                # The first look has the class archive made too. What it sees is for nobody.
                look = copy.copy(self)
                look._operation = "discover"
                with contextlib.suppress(Problem):
                    look._ask(look._request())
        return {"failed": False, "changed": changed, "msg": "%s on %s" % (self._operation, self._node)}

    def _told(self):
        message = "%(code)s: %(message)s\n  do: %(remedy)s" % self._problem.finding
        return {"failed": True, "changed": False, "msg": message}

    # --- nothing secret leaves, nor what commands a terminal --------------------------------------------------

    def _scrub(self, text):
        for secret in self._secret:
            shown = secret.decode("utf-8", "replace")
            if len(shown) >= SHORTEST_SCRUBBED:
                text = text.replace(shown, "********")
        return PRIVATE_KEY.sub("********", text)

    def _scrubbed(self, value):
        """The jar tells no secret; should it ever, the playbook's logs still do not.

        Names in certificates and what scripts print are others' words, and this is shown on terminals.
        """
        if isinstance(value, str):
            return COMMANDING.sub("?", self._scrub(value))
        if isinstance(value, list):
            return [self._scrubbed(one) for one in value]
        if isinstance(value, dict):
            return {key: self._scrubbed(one) for key, one in value.items()}
        return value

    def _tail(self, text):
        """The last lines of what a host printed: without secrets, control characters and ssh's own debugging."""
        lines = [line for line in self._scrub(text).splitlines() if not re.match(r"debug\d:|OpenSSH_", line)]
        return re.sub(r"[^\x20-\x7e\u00a0-\uffff]+", " ", " | ".join(lines))[-LONGEST_TAIL:].strip()
