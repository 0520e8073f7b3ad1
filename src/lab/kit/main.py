"""The lab's commands; `lab` beside this directory parses what they share."""

import argparse
import concurrent.futures
import getpass
import os
import random
import re
import shutil
import signal
import subprocess
import sys

import build
import gauss
import loopback
import mrs
import namespaces
import processes
from catalogue import SWITCHES
from errors import CannotHere, LabError
from model import GAUSS, LOOPBACK, MRS, NAMESPACES, Lab
from processes import await_until
from switches import count

WORKERS = 4
KINDS = {LOOPBACK: loopback, NAMESPACES: namespaces}
TARGETS = {MRS: mrs, GAUSS: gauss}


def parallel(function, items):
    with concurrent.futures.ThreadPoolExecutor(WORKERS) as pool:
        return list(pool.map(function, items))


def up(directory, arguments):
    choice = argparse.ArgumentParser(prog="lab up", add_help=False)
    choice.add_argument("--target", choices=tuple(TARGETS), default=MRS)
    target = TARGETS[choice.parse_known_args(arguments)[0].target]
    parser = argparse.ArgumentParser(prog="lab up", parents=[choice])
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--restart-seconds", type=float, default=1.0)
    target.add_options(parser)
    options = parser.parse_args(arguments)
    if not re.fullmatch(r"[A-Za-z0-9_./+-]+", directory):
        raise LabError(f"{directory}: use a path of letters, digits and _ . / + - only; it stands in ssh options and profiles")
    if os.path.isdir(directory) and os.listdir(directory):
        raise LabError(f"{directory} is not empty; end the lab there with `lab down --dir {directory}`")
    seed = options.seed if options.seed is not None else random.SystemRandom().randrange(1, 10**6)
    os.umask(0o077)
    KINDS[options.hosts].check()
    os.makedirs(directory, exist_ok=True)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    lab = target.plan(directory, options, seed)
    lab.save()
    try:
        raise_lab(lab)
    except BaseException:
        down(directory, [])
        raise
    print(f"lab of {target.describe(lab)}, in {directory}")
    print(f"inventory  {directory}/inventory.yml")
    print(f"seed       {seed}{' (randomised)' if lab.randomised else ''}")
    print(f"end it     {build.SOURCE}/lab down --dir {directory}")


def raise_lab(lab):
    kind, target = KINDS[lab.kind], TARGETS[lab.target]
    kind.prepare(lab)
    build.build_shared(lab)
    target.build_shared(lab)

    def build_host(host):
        target.build_host(lab, host)
        kind.build_host(lab, host)

    parallel(build_host, lab.hosts)
    build.trust(lab, kind.authorize)
    parallel(lambda hosts: target.complete(lab, hosts), lab.pairs.values())
    target.forget(lab)
    build.write_inventory(lab, getpass.getuser() if lab.kind == LOOPBACK else lab.login, target.variables, target.host_variables)
    for host in lab.hosts:
        kind.give(host)
    start(lab)


def start(lab):
    """Starts what is not running and waits until all is well."""
    kind = KINDS[lab.kind]
    kind.start(lab)
    TARGETS[lab.target].start(lab, kind)
    await_until(lambda: all(kind.is_up(host) for host in lab.hosts), 10,
                lambda: f"an sshd did not start; see {lab.directory}/hosts/*/var/log/sshd.log")


def close_masters(lab):
    """The control connections' masters listen in this lab's own directory. One that does not answer, say a stopped one, is ended."""
    try:
        names = os.listdir(lab.claim)
    except FileNotFoundError:
        return
    for name in names:
        try:
            if os.path.isdir(f"{lab.claim}/{name}"):
                continue
            subprocess.run(["ssh", "-F", "/dev/null", "-o", f"ControlPath={lab.claim}/{name}", "-O", "exit", "lab"],
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=5, check=False)
        except subprocess.TimeoutExpired:
            processes.end(processes.masters(f"{lab.claim}/{name}"))


def down(directory, arguments):
    argparse.ArgumentParser(prog="lab down").parse_args(arguments)
    if not os.path.exists(f"{directory}/lab.json"):
        print(f"no lab in {directory}")
        return
    lab = Lab.load(directory)
    close_masters(lab)
    # Twice: something of the kind's may be starting what the target has ended.
    TARGETS[lab.target].quiet(lab)
    KINDS[lab.kind].end(lab)
    TARGETS[lab.target].quiet(lab)
    lab_file = f"{directory}/lab.json"
    for name in os.listdir(directory):
        path = f"{directory}/{name}"
        if path != lab_file:
            remove(path) if os.path.isdir(path) else os.unlink(path)
    # Last, so that a `down` which is itself interrupted can be repeated.
    shutil.rmtree(lab.claim, ignore_errors=True)
    shutil.rmtree(directory)
    print(f"lab in {directory} is gone")


def remove(directory):
    """What a killed `up` had started, say a copy, may write for a moment longer."""

    def removed():
        shutil.rmtree(directory, ignore_errors=True)
        return not os.path.exists(directory)

    await_until(removed, 10, lambda: f"{directory} cannot be removed")


def status(directory, arguments):
    argparse.ArgumentParser(prog="lab status").parse_args(arguments)
    lab = Lab.load(directory)
    TARGETS[lab.target].status(lab, KINDS[lab.kind])


def reset(directory, arguments):
    argparse.ArgumentParser(prog="lab reset").parse_args(arguments)
    lab = Lab.load(directory)
    os.umask(0o077)
    close_masters(lab)
    kind, target = KINDS[lab.kind], TARGETS[lab.target]
    target.quiet(lab)
    kind.quiet(lab)
    for host in lab.hosts:
        for part in build.PRISTINE:
            restore(f"{lab.directory}/pristine/{host.name}/{part}", f"{host.directory}/{part}")
        for part in ("tmp", "lab/switches", "lab/run"):
            empty(f"{host.directory}/{part}")
    target.reset(lab)
    for host in lab.hosts:
        kind.give(host)
    start(lab)
    print(f"lab in {directory} is as after `lab up`")


def empty(directory):
    for name in os.listdir(directory):
        path = f"{directory}/{name}"
        if os.path.isdir(path) and not os.path.islink(path):
            shutil.rmtree(path)
        else:
            os.unlink(path)


def restore(source, target):
    """In place: sessions may have the directory as their working directory."""
    empty(target)
    shutil.copytree(source, target, symlinks=True, dirs_exist_ok=True)


def switch(directory, arguments):
    if not arguments:
        list_switches(directory)
        return
    if len(arguments) < 2:
        raise LabError("usage: lab switch HOST NAME [VALUE|off]")
    lab = Lab.load(directory)
    host = lab.host(arguments[0])
    name, words = arguments[1], " ".join(arguments[2:]).split()
    if name not in SWITCHES[lab.target]:
        raise LabError(f"no switch {name}; `lab switch` lists them")
    if host.kind == NAMESPACES and (name == "frozen" or "unreachable" in name):
        raise LabError(f"{name} is for hosts on loopback addresses; here use `lab cut` or `lab freeze`")
    at_once = TARGETS[lab.target].AT_ONCE.get(name)
    if host.kind == NAMESPACES and at_once:
        raise LabError(f"{name} is for hosts on loopback addresses")
    os.umask(0o077)
    path = f"{host.directory}/lab/switches/{name}"
    if words == ["off"]:
        if os.path.exists(path):
            os.unlink(path)
        if "unreachable" in name:
            revive(lab, host, name)
        elif name == "frozen":
            processes.signal_sshd(host.directory, signal.SIGCONT)
        elif name == "distrusts-peer":
            trust_anew(lab)
        if at_once:
            at_once(lab, host, None)
        return
    # A condition counts from now on, not from the lab's start.
    conditions = {"after-restart": "restarts", "after-replace": "replaces"}
    words = [f"{word}={count(host.directory, conditions[word])}" if word in conditions else word for word in words]
    # In one step: an HA process that reads a switch half written takes it without its conditions.
    # Readable for all: on a host in a namespace the product belongs to another user.
    build.write(f"{host.directory}/lab/new-switch", " ".join(words) + "\n", 0o644)
    os.replace(f"{host.directory}/lab/new-switch", path)
    if name == "unreachable":
        processes.cut(host.directory)
    elif name == "frozen":
        processes.signal_sshd(host.directory, signal.SIGSTOP)
    elif name == "distrusts-peer":
        trust_anew(lab)
    if at_once:
        at_once(lab, host, " ".join(words))


def list_switches(directory):
    """Those of the lab's target; of every target where no lab is."""
    try:
        wanted = [Lab.load(directory).target]
    except LabError:
        wanted = list(TARGETS)
    for target in wanted:
        if len(wanted) > 1:
            print(f"{target}:")
        for name, meaning in SWITCHES[target].items():
            print(f"{name:34} {meaning}")


def trust_anew(lab):
    build.trust(lab, KINDS[lab.kind].authorize)


def revive(lab, host, name):
    """`off` on any of the unreachable switches starts the sshd of the host which that switch cuts off."""
    target = lab.host(host.peer) if name.startswith("peer-") else host
    if processes.recorded_sshd(target.directory) is None:
        if processes.start_sshd(target.directory).wait() != 0:
            raise LabError(f"sshd of {target.name} did not start; see {target.directory}/var/log/sshd.log")
        await_until(lambda: processes.recorded_sshd(target.directory), 5, lambda: f"sshd of {target.name} did not start")


def age(directory, arguments):
    parser = argparse.ArgumentParser(prog="lab age")
    parser.add_argument("pair")
    parser.add_argument("days", type=int)
    options = parser.parse_args(arguments)
    lab = Lab.load(directory)
    if lab.target != MRS:
        raise LabError(f"certificates of {lab.target} are not reissued by the lab: make a bundle and install it with gs_om")
    os.umask(0o077)
    mrs.age(lab, KINDS[lab.kind], options.pair, options.days)


def bundle(directory, arguments):
    parser = argparse.ArgumentParser(prog="lab bundle")
    parser.add_argument("cluster")
    parser.add_argument("to")
    parser.add_argument("--days", type=int, default=3650)
    parser.add_argument("--crl", action="store_true")
    parser.add_argument("--revoke", action="store_true")
    options = parser.parse_args(arguments)
    lab = Lab.load(directory)
    if lab.target != GAUSS:
        raise LabError("bundles are of openGauss; `lab age` reissues the certificates of an MRS pair")
    if options.cluster not in lab.pairs:
        raise LabError(f"no cluster {options.cluster}; `lab hosts` lists them")
    os.umask(0o077)
    gauss.make_bundle(lab, options.cluster, options.to, options.days, options.crl, options.revoke)


def hosts(directory, arguments):
    argparse.ArgumentParser(prog="lab hosts").parse_args(arguments)
    lab = Lab.load(directory)
    for host in lab.hosts:
        print(TARGETS[lab.target].line(lab, host))


def ssh(directory, arguments):
    if not arguments:
        raise LabError("usage: lab ssh HOST [COMMAND...]")
    lab = Lab.load(directory)
    host = lab.host(arguments[0])
    user = [] if lab.kind == LOOPBACK else ["-l", lab.login]
    os.execvp("ssh", ["ssh", "-F", "/dev/null", *build.connection(lab), "-i", f"{lab.directory}/control/id_ed25519",
                      "-o", "LogLevel=ERROR", *user, "-p", str(lab.ssh_port), host.address, *arguments[1:]])


def with_machines(directory):
    """The lab, if its hosts are machines of their own, to which what happens to machines can happen."""
    lab = Lab.load(directory)
    if lab.kind != NAMESPACES:
        raise LabError("these hosts share this machine; raise them with `lab up --hosts namespaces`")
    return lab


def cut(directory, arguments):
    parser = argparse.ArgumentParser(prog="lab cut")
    parser.add_argument("host")
    parser.add_argument("other", nargs="?", metavar="HOST|control")
    options = parser.parse_args(arguments)
    lab = with_machines(directory)
    host = lab.host(options.host)
    if options.other is None:
        namespaces.unplug(lab, host)
    else:
        namespaces.part(lab, host, None if options.other == "control" else lab.host(options.other))


def one_host(name, act):
    """A command that does one thing to one host."""

    def command(directory, arguments):
        parser = argparse.ArgumentParser(prog=f"lab {name}")
        parser.add_argument("host")
        options = parser.parse_args(arguments)
        lab = with_machines(directory)
        act(lab, lab.host(options.host))

    return command


def heal(directory, arguments):
    argparse.ArgumentParser(prog="lab heal").parse_args(arguments)
    namespaces.heal(with_machines(directory))


def boot(lab, host):
    if namespaces.init(host):
        raise LabError(f"{host.name} runs")
    namespaces.boot(lab, host)
    TARGETS[lab.target].boot(lab, host)


def fill(directory, arguments):
    parser = argparse.ArgumentParser(prog="lab fill")
    parser.add_argument("host")
    parser.add_argument("off", nargs="?", choices=("off",))
    options = parser.parse_args(arguments)
    host = with_machines(directory).host(options.host)
    namespaces.size_disk(host, full=options.off is None)


COMMANDS = {"up": up, "down": down, "status": status, "reset": reset, "switch": switch, "age": age, "bundle": bundle,
            "hosts": hosts, "ssh": ssh, "cut": cut, "heal": heal, "fill": fill, "boot": one_host("boot", boot),
            "kill": one_host("kill", lambda lab, host: namespaces.kill(host)),
            "freeze": one_host("freeze", lambda lab, host: namespaces.freeze(host)),
            "thaw": one_host("thaw", lambda lab, host: namespaces.thaw(host))}


def main():
    directory, command, arguments = sys.argv[1], sys.argv[2], sys.argv[3:]
    if command not in COMMANDS:
        raise LabError(f"unknown command {command}; `lab --help` lists them")
    COMMANDS[command](directory, arguments)


if __name__ == "__main__":
    try:
        main()
    except CannotHere as error:
        print(f"lab: {error}", file=sys.stderr)
        sys.exit(CannotHere.CODE)
    except LabError as error:
        sys.exit(f"lab: {error}")
