"""Builds a lab's directories: hosts' trees, ssh trust, first certificates, inventory."""

import json
import os
import random
import shutil
import socket
import string
import subprocess

from errors import LabError
from model import LOOPBACK, claim_of

SOURCE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PRISTINE = ("home", "opt")
PROFILE_NOISE = r"""
if [ -f "@HOST@/lab/switches/profile-noise" ]; then
  printf '\033[1;31mWARNING\033[0m: Authorized users only. \007\n{"outcome": "succeeded", "findings": []}\n'
  printf 'noise on stderr without an end of line' >&2
  printf 'start HA successfully.\nno end of line either: '
fi
"""


def make_password(rng):
    """Legal in both layouts, and hostile to every shell: quote, backquote, dollar, backslash, exclamation mark and more."""
    specials = list("'`$\\!&*;<>|~#?()[]%^=+-_@,./")
    rng.shuffle(specials)
    must = list("'`$\\!") + [character for character in specials if character not in "'`$\\!"][:7]
    rng.shuffle(must)
    letters = [rng.choice(string.ascii_letters + string.digits) for _ in must]
    return "Lab1" + "".join(letter + special for letter, special in zip(letters, must)) + "z"


def claim_block(kind):
    """A block of addresses of our own: its directory in /tmp is made by exactly one lab, and holds the control sockets.

    The floating addresses of hosts in 127.X are in 127.(X + 64), where no lab has a block. Hosts with a network of their own
    have addresses that are set apart for tests of networks (RFC 2544)."""
    for _ in range(200):
        first = f"127.{random.randrange(64, 128)}" if kind == LOOPBACK else f"198.{random.choice((18, 19))}"
        block = f"{first}.{random.randrange(1, 255)}"
        try:
            os.mkdir(claim_of(block), 0o700)
        except FileExistsError:
            continue
        return block
    raise LabError("no free block of addresses; remove stale directories /tmp/hl-*")


def free_ports(address, count):
    """The first of so many neighbouring ports nobody listens on, outside the range the kernel hands out."""
    for _ in range(200):
        first = random.randrange(20000, 31990)
        sockets = []
        try:
            for port in range(first, first + count):
                sockets.append(socket.create_server((address, port)))
            return first
        except OSError:
            continue
        finally:
            for opened in sockets:
                opened.close()
    raise LabError("no free ports on " + address)


def write(path, text, mode=0o600):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    os.chmod(path, mode)


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def run(*command, **options):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False, **options)
    if done.returncode != 0:
        raise LabError(f"{command[0]} failed: {done.stdout.decode(errors='replace').strip()}")


def serial(path):
    done = subprocess.run(["openssl", "x509", "-in", path, "-noout", "-serial"], stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, check=False)
    if done.returncode != 0:
        raise LabError(f"{path} is no certificate")
    return done.stdout.decode().strip().partition("=")[2]


def ssh_key(path):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "lab", "-f", path)


def build_shared(lab):
    """Parts used by all hosts, copied so that a lab does not change under its user's feet when the source does."""
    shutil.copytree(f"{SOURCE}/kit", f"{lab.directory}/kit", ignore=shutil.ignore_patterns("__pycache__"))
    ssh_key(f"{lab.directory}/control/id_ed25519")


def trust(lab, authorize):
    """Each node trusts the control side, and its peers unless the switch says no, as `authorize(host, control's key, omm's
    keys)` sees to; every host key is known to all who may connect."""
    control = read(f"{lab.directory}/control/id_ed25519.pub")
    lines = {host.name: f"{known_as(lab, host)} " + " ".join(read(f"{host.host_key}.pub").split()[:2]) for host in lab.hosts}
    write(f"{lab.directory}/control/known_hosts", "\n".join(lines.values()) + "\n")
    for host in lab.hosts:
        peers = lab.peers(host)
        write(f"{host.home}/.ssh/known_hosts", "".join(f"{lines[node.name]}\n" for node in (host, *peers)))
        trusted = [host] if os.path.exists(f"{host.directory}/lab/switches/distrusts-peer") else [host, *peers]
        authorize(lab, host, control, [read(f"{one.home}/.ssh/id_ed25519.pub") for one in trusted])


def known_as(lab, host):
    """How known_hosts names a host: the port only where it is not ssh's own."""
    return host.address if lab.ssh_port == 22 else f"[{host.address}]:{lab.ssh_port}"


def keep_pristine(lab, host):
    """What `lab reset` puts back, but for what a target keeps by itself."""
    for part in PRISTINE:
        shutil.copytree(f"{host.directory}/{part}", f"{lab.directory}/pristine/{host.name}/{part}", symlinks=True)


def connection(lab):
    """The ssh options of the control side, for the inventory and for `lab ssh`."""
    return ["-o", f"UserKnownHostsFile={lab.directory}/control/known_hosts", "-o", "GlobalKnownHostsFile=/dev/null",
            "-o", "StrictHostKeyChecking=yes", "-o", "IdentitiesOnly=yes", "-o", "ConnectTimeout=5",
            "-o", "ServerAliveInterval=2", "-o", "ServerAliveCountMax=3", "-o", f"ControlPath={lab.claim}/%C"]


def write_inventory(lab, user, variables, host_variables):
    """With the target's own variables of a group (of its hosts) and of a host (of the lab and it), as lines of YAML."""
    quote = json.dumps
    # In each group and not in `all`: so the inventories of several labs can be given to one run.
    common = [f"ansible_ssh_private_key_file: {lab.directory}/control/id_ed25519",
              f"ansible_ssh_common_args: {quote(' '.join(connection(lab)))}",
              "ansible_ssh_pipelining: true", "ansible_ssh_usetty: false",
              "ansible_python_interpreter: /usr/bin/python3"]
    if lab.login == "operator":
        common += ["ansible_become: true", "ansible_become_method: su", "ansible_become_exe: sudo su -",
                   "ansible_become_user: omm"]
    lines = ["# Written by `lab up`. The variables beginning with lab_ are for tests only; no playbook knows them.",
             "all:", "  children:"]
    for group, hosts in lab.pairs.items():
        lines += [f"    {group}:", "      hosts:"]
        for host in hosts:
            lines += [f"        {host.name}:", f"          ansible_host: {host.address}",
                      f"          ansible_remote_tmp: {host.own_root}/tmp/.ansible",
                      f"          lab_directory: {host.directory}",
                      *(f"          {line}" for line in host_variables(lab, host))]
        lines += ["      vars:", f"        hacert_cluster: {group}", f"        hacert_target: {lab.target}",
                  f"        ansible_user: {user}", f"        ansible_port: {lab.ssh_port}",
                  *(f"        {line}" for line in (*common, *variables(lab, hosts)))]
    write(f"{lab.directory}/inventory.yml", "\n".join(lines) + "\n")
