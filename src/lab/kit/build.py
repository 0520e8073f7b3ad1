"""Builds a lab's directories: hosts' trees, ssh trust, first certificates, inventory."""

import json
import os
import random
import shutil
import socket
import string
import subprocess

from model import LOOPBACK, Host, Lab, LabError, claim_of

SOURCE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VENDOR_SCRIPTS = ("gen-cert.sh", "replacehaSSLCert.sh", "restart-oms.sh", "status-oms.sh")
SHARED_PARTS = ("common.sh", "pki.sh", "status.awk")
# Name, type and whether every installation has it: the list differs by version (contract: status-oms.sh).
RESOURCES = (("acs", "Single_active", True), ("aos", "Single_active", False), ("controller", "Single_active", True),
             ("filesync", "Active_standby", True), ("floatip", "Single_active", True), ("fms", "Single_active", False),
             ("gaussDB", "Active_standby", True), ("heartBeatCheck", "Single_active", False), ("httpd", "Single_active", True),
             ("ntp", "Active_standby", False), ("oldap", "Active_standby", False), ("tomcat", "Single_active", False))
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

    Hosts with a network of their own have addresses that are set apart for tests of networks (RFC 2544)."""
    for _ in range(200):
        first = f"127.{random.randrange(64, 250)}" if kind == LOOPBACK else f"198.{random.choice((18, 19))}"
        block = f"{first}.{random.randrange(1, 255)}"
        try:
            os.mkdir(claim_of(block), 0o700)
        except FileExistsError:
            continue
        return block
    raise LabError("no free block of addresses; remove stale directories /tmp/hl-*")


def free_ports(address):
    """The first of three neighbouring ports nobody listens on, outside the range the kernel hands out."""
    for _ in range(200):
        first = random.randrange(20000, 31990)
        sockets = []
        try:
            for port in range(first, first + 3):
                sockets.append(socket.create_server((address, port)))
            return first
        except OSError:
            continue
        finally:
            for opened in sockets:
                opened.close()
    raise LabError("no free ports on " + address)


def plan(directory, pairs, layout, seed, randomise, restart_seconds, login, kind):
    block = claim_block(kind)
    hosts = []
    for number in range(1, pairs + 1):
        own = layout if layout != "mixed" else ("2x", "3x")[number % 2]
        for side, letter in enumerate("ab"):
            name = f"lab{number}{letter}"
            hosts.append(Host(name, f"lab_mrs{number}", own, f"{block}.{9 + 2 * number + side}", f"{directory}/hosts/{name}",
                              kind, f"lab{number}{'ba'[side]}", side == 0))
    if kind == LOOPBACK:
        first = free_ports(hosts[0].address)
        ports = (first, first + 1, first + 2)
    else:
        ports = (22, 20012, 28443)
    lab = Lab(directory, seed, randomise, block, *ports, make_password(random.Random(seed)), restart_seconds, login, kind, hosts)
    lab.save()
    return lab


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


def ssh_key(path):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "lab", "-f", path)


def build_shared(lab):
    """Parts used by all hosts, copied so that a lab does not change under its user's feet when the source does."""
    shutil.copytree(f"{SOURCE}/kit", f"{lab.directory}/kit", ignore=shutil.ignore_patterns("__pycache__"))
    ssh_key(f"{lab.directory}/control/id_ed25519")
    keys = f"{lab.directory}/kit/keys"
    os.mkdir(keys)
    making = [subprocess.Popen(["openssl", "genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out",
                                f"{keys}/{name}"], stderr=subprocess.DEVNULL) for name in ("root", "first", "second")]
    run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "3650",
        "-subj", "/CN=MRS Manager", "-keyout", f"{keys}/manager.key", "-out", f"{keys}/manager.crt")
    if any(process.wait() != 0 for process in making):
        raise LabError("openssl could not make keys")


def build_host(lab, host, personality):
    for directory in (host.home, f"{host.directory}/tmp", f"{host.directory}/var/log", host.run,
                      f"{host.directory}/lab/switches", f"{host.directory}/lab/variant", f"{host.om_home}/security/certHA",
                      f"{host.om_home}/sbin", f"{host.oms_run_path}/workspace0/ha/local/cert"):
        os.makedirs(directory)
    os.symlink("workspace0", f"{host.oms_run_path}/workspace")
    ha = f"{host.oms_run_path}/workspace0/ha"
    for name in VENDOR_SCRIPTS:
        place = f"{ha}/module/hacom/script" if name == "gen-cert.sh" else f"{host.om_home}/sbin"
        write(f"{place}/{name}", read(f"{SOURCE}/stand-ins/{name}").replace("@LAB_HOST@", host.own_root), 0o700)
    for name in SHARED_PARTS:
        shutil.copy(f"{SOURCE}/stand-ins/{name}", f"{host.directory}/lab/{name}")
    write(f"{ha}/local/hacom/conf/ha.key", os.urandom(32).hex() + "\n")
    write(f"{ha}/local/hacom/conf/hacom_local.xml", f'<hacomlocal><node name="{host.name}" ip="{host.address}"/></hacomlocal>\n')
    write(f"{ha}/module/hacom/conf/hacom.xml",
          f'<hacom>\n  <port>{lab.ha_port}</port>\n  <ssl enable="true" keypassword=""/>\n</hacom>\n')
    keys = f"{lab.directory}/kit/keys"
    write(f"{host.directory}/lab/manager.pem", read(f"{keys}/manager.key") + read(f"{keys}/manager.crt"))
    for name, value in personality["variant"].items():
        write(f"{host.directory}/lab/variant/{name}", value + "\n")
    write_configuration(lab, host, personality)
    write_profile(host, personality)
    ssh_key(f"{host.home}/.ssh/id_ed25519")


def write_configuration(lab, host, personality):
    """The paths in it are below the host's root, for they are read on the host and from outside."""
    values = {
        "LAB_NAME": host.name, "LAB_ADDRESS": host.address, "LAB_FIRST": "yes" if host.first else "no",
        "LAB_KIT": lab.own_kit, "LAYOUT": host.layout, "PEER_NAME": host.peer,
        "PEER_ADDRESS": lab.host(host.peer).address, "PEER_HOST": lab.host(host.peer).directory,
        "SSH_PORT": lab.ssh_port, "HA_PORT": lab.ha_port, "MANAGER_PORT": lab.manager_port,
        "RESTART_SECONDS": personality["restart_seconds"], "RESOURCES": " ".join(personality["resources"]),
        "OM_HOME_PATH": os.path.relpath(host.om_home, host.directory),
        "OMS_RUN_PATH_VALUE": os.path.relpath(host.oms_run_path, host.directory),
    }
    write(f"{host.directory}/lab/host.conf", "".join(f"{name}='{value}'\n" for name, value in values.items()))


def write_profile(host, personality):
    """The login profile alone gives the product's variables and umask; a non-login shell has nothing but HOME."""
    write(f"{host.home}/.bash_profile", f"""# Login profile of omm.
umask 0077
export BIGDATA_HOME='{host.own(host.bigdata_home)}'
export OMS_RUN_PATH='{host.own(host.oms_run_path)}'
export TMPDIR='{host.own_root}/tmp'
export PATH="$HOME/bin:$PATH"
cat "$HOME/.banner"
{PROFILE_NOISE.replace('@HOST@', host.own_root).strip()}
""")
    write(f"{host.home}/.banner", personality["banner"])


def trust(lab, authorize):
    """Each node trusts the control side, and its peer unless the switch says no, as `authorize(host, control's key, omm's
    keys)` sees to; every host key is known to all who may connect."""
    control = read(f"{lab.directory}/control/id_ed25519.pub")
    lines = {host.name: f"{known_as(lab, host)} " + " ".join(read(f"{host.host_key}.pub").split()[:2]) for host in lab.hosts}
    write(f"{lab.directory}/control/known_hosts", "\n".join(lines.values()) + "\n")
    for host in lab.hosts:
        peer = lab.host(host.peer)
        write(f"{host.home}/.ssh/known_hosts", f"{lines[host.name]}\n{lines[peer.name]}\n")
        trusted = [host] if os.path.exists(f"{host.directory}/lab/switches/distrusts-peer") else [host, peer]
        authorize(lab, host, control, [read(f"{one.home}/.ssh/id_ed25519.pub") for one in trusted])


def known_as(lab, host):
    """How known_hosts names a host: the port only where it is not ssh's own."""
    return host.address if lab.ssh_port == 22 else f"[{host.address}]:{lab.ssh_port}"


def first_certificates(lab, hosts):
    environment = {"PATH": "/usr/bin:/bin", "LAB_KEYS": f"{lab.directory}/kit/keys"}
    run("sh", f"{lab.directory}/kit/first-certificates.sh", *[host.directory for host in hosts],
        input=lab.password.encode() + b"\n", env=environment)
    for host in hosts:
        write(f"{host.run}/last-role", "active\n" if host.first else "standby\n")
        keep_pristine(lab, host)


def keep_pristine(lab, host):
    for part in ("home", "opt"):
        shutil.copytree(f"{host.directory}/{part}", f"{lab.directory}/pristine/{host.name}/{part}", symlinks=True)


def connection(lab):
    """The ssh options of the control side, for the inventory and for `lab ssh`."""
    return ["-o", f"UserKnownHostsFile={lab.directory}/control/known_hosts", "-o", "GlobalKnownHostsFile=/dev/null",
            "-o", "StrictHostKeyChecking=yes", "-o", "IdentitiesOnly=yes", "-o", "ConnectTimeout=5",
            "-o", "ServerAliveInterval=2", "-o", "ServerAliveCountMax=3", "-o", f"ControlPath={lab.claim}/%C"]


def write_inventory(lab, user):
    quote = json.dumps
    lines = ["# Written by `lab up`. The variables beginning with lab_ are for tests only; no playbook knows them.",
             "all:", "  vars:", f"    ansible_ssh_private_key_file: {lab.directory}/control/id_ed25519",
             f"    ansible_ssh_common_args: {quote(' '.join(connection(lab)))}",
             "    ansible_ssh_pipelining: true", "    ansible_ssh_usetty: false",
             "    ansible_python_interpreter: /usr/bin/python3"]
    if lab.login == "operator":
        lines += ["    ansible_become: true", "    ansible_become_method: su", "    ansible_become_exe: sudo su -",
                  "    ansible_become_user: omm"]
    lines += ["  children:"]
    for pair, hosts in lab.pairs.items():
        lines += [f"    {pair}:", "      hosts:"]
        for host in hosts:
            lines += [f"        {host.name}:", f"          ansible_host: {host.address}",
                      f"          ansible_remote_tmp: {host.own_root}/tmp/.ansible",
                      f"          lab_directory: {host.directory}", f"          lab_ha_port: {lab.ha_port}",
                      f"          lab_manager_url: https://{host.address}:{lab.manager_port}/"]
        lines += ["      vars:", f"        hacert_cluster: {pair}", "        hacert_target: mrs-ha",
                  f"        hacert_profile: mrs-{hosts[0].layout}", f"        ansible_user: {user}",
                  f"        ansible_port: {lab.ssh_port}", f"        hacert_password: {quote(lab.password)}"]
    write(f"{lab.directory}/inventory.yml", "\n".join(lines) + "\n")
