"""Pairs of stand-in MRS Manager hosts: their trees, first certificates, HA processes."""

import json
import os
import random
import shutil
import subprocess

import namespaces
import personality
import processes
from build import (PROFILE_NOISE, SOURCE, claim_block, free_ports, keep_pristine, make_password, read, run, serial, ssh_key,
                   write)
from errors import LabError
from model import LAYOUTS, LOOPBACK, NAMESPACES, MrsHost, MrsLab
from processes import await_until
from switches import count

VENDOR_SCRIPTS = ("gen-cert.sh", "replacehaSSLCert.sh", "restart-oms.sh", "status-oms.sh")
SHARED_PARTS = ("common.sh", "pki.sh", "status.awk")
# No switch does anything at once: the stand-ins look at them.
AT_ONCE = {}


def add_options(parser):
    parser.add_argument("--pairs", type=int, default=1, choices=range(1, 121), metavar="N")
    parser.add_argument("--layout", choices=(*LAYOUTS, "mixed"), default="2x")
    parser.add_argument("--randomise", action="store_true")
    parser.add_argument("--login", choices=("omm", "operator"), default="omm")
    parser.add_argument("--hosts", choices=(LOOPBACK, NAMESPACES), default=LOOPBACK)


def plan(directory, options, seed):
    kind = options.hosts
    block = claim_block(kind)
    hosts = []
    for number in range(1, options.pairs + 1):
        own = options.layout if options.layout != "mixed" else ("2x", "3x")[number % 2]
        place = personality.bigdata_home(options.randomise, seed, number, own)
        for side, letter in enumerate("ab"):
            name, address = f"lab{number}{letter}", f"{block}.{9 + 2 * number + side}"
            shown = floating(block, number) if kind == LOOPBACK else address
            hosts.append(MrsHost(name, f"lab_mrs{number}", address, f"{directory}/hosts/{name}", kind, side == 0, own,
                                 f"lab{number}{'ba'[side]}", shown, place))
    if kind == LOOPBACK:
        first = free_ports(hosts[0].address, 3)
        ports = (first, first + 1, first + 2)
    else:
        ports = (22, 20012, 28443)
    return MrsLab(directory, seed, options.randomise, block, ports[0], make_password(random.Random(seed)),
                  f"{options.restart_seconds:g}", options.login, kind, hosts, *ports[1:])


def floating(block, number):
    """Of a pair, beside the lab's block: see claim_block."""
    first, second, third = block.split(".")
    return f"{first}.{int(second) + 64}.{third}.{9 + 2 * number}"


def describe(lab):
    layouts = sorted({host.layout for host in lab.hosts})
    return f"{len(lab.pairs)} pair(s), layout {layouts[0] if len(layouts) == 1 else 'mixed'}"


def build_shared(lab):
    keys = f"{lab.directory}/kit/keys"
    os.mkdir(keys)
    making = [subprocess.Popen(["openssl", "genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out",
                                f"{keys}/{name}"], stderr=subprocess.DEVNULL) for name in ("root", "first", "second")]
    run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "3650",
        "-subj", "/CN=MRS Manager", "-keyout", f"{keys}/manager.key", "-out", f"{keys}/manager.crt")
    if any(process.wait() != 0 for process in making):
        raise LabError("openssl could not make keys")


def build_host(lab, host):
    character = personality.draw(lab, host.pair)
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
    for name, value in character["variant"].items():
        write(f"{host.directory}/lab/variant/{name}", value + "\n")
    write_configuration(lab, host, character)
    write_profile(host, character)
    ssh_key(f"{host.home}/.ssh/id_ed25519")


def write_configuration(lab, host, character):
    """The paths in it are below the host's root, for they are read on the host and from outside."""
    values = {
        "LAB_NAME": host.name, "LAB_ADDRESS": host.address, "LAB_FIRST": "yes" if host.first else "no",
        "LAB_KIT": lab.own_kit, "LAYOUT": host.layout, "PEER_NAME": host.peer,
        "PEER_ADDRESS": lab.host(host.peer).address, "PEER_HOST": lab.host(host.peer).directory,
        "SSH_PORT": lab.ssh_port, "HA_PORT": lab.ha_port,
        "MANAGER_ADDRESS": host.floating, "MANAGER_PORT": lab.manager_port,
        "RESTART_SECONDS": character["restart_seconds"], "RESOURCES": " ".join(character["resources"]),
        "BIGDATA_HOME_PATH": host.installed_in, "OM_HOME_PATH": os.path.relpath(host.om_home, host.directory),
        "OMS_RUN_PATH_VALUE": os.path.relpath(host.oms_run_path, host.directory),
    }
    write(f"{host.directory}/lab/host.conf", "".join(f"{name}='{value}'\n" for name, value in values.items()))


def write_profile(host, character):
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
    write(f"{host.home}/.banner", character["banner"])


def complete(lab, hosts):
    """The first certificates of a pair whose nodes trust each other, and what `lab reset` puts back."""
    environment = {"PATH": "/usr/bin:/bin", "LAB_KEYS": f"{lab.directory}/kit/keys"}
    run("sh", f"{lab.directory}/kit/first-certificates.sh", *[host.directory for host in hosts],
        input=lab.password.encode() + b"\n", env=environment)
    for host in hosts:
        write_last_role(host)
        keep_pristine(lab, host)


def write_last_role(host):
    write(f"{host.run}/last-role", "active\n" if host.first else "standby\n")


def forget(lab):
    """What is not needed once the lab is built."""
    shutil.rmtree(f"{lab.directory}/kit/keys")


def quiet(lab):
    """Before a reset and the end: nothing, for the kind of host ends what runs there."""


def reset(lab):
    for host in lab.hosts:
        write_last_role(host)


def start(lab, kind):
    """Starts what is not running and waits until both nodes of every pair see one steady active and one steady standby node
    in health."""
    for host in lab.hosts:
        if kind.ha_pid(host) is None:
            kind.start_ha(lab, host)
    unsteady = []

    def steady():
        unsteady[:] = [host.name for host in lab.hosts
                       if (knowledge(host).get("role"), knowledge(host).get("phase"), knowledge(host).get("heard"))
                       != (("active", "Actived", True) if host.first else ("standby", "Deactived", True)) or not sees_health(host)]
        return not unsteady

    await_until(steady, 30 + len(lab.hosts), lambda: f"not steady: {' '.join(unsteady)}; see {lab.directory}/hosts/*/var/log/ha.log")


def knowledge(host):
    try:
        return json.loads(read(f"{host.run}/ha.json"))
    except (FileNotFoundError, ValueError):
        return {}


def boot(lab, host):
    """HA starts with its host."""
    namespaces.start_ha(lab, host)
    await_until(lambda: namespaces.ha_pid(host), 15, lambda: f"HA did not start; see {host.directory}/var/log/ha.log")


def sees_health(host):
    """Whether this node's status would call both nodes well: what it knows of the other is a heartbeat old."""
    try:
        rows = [line.split("\t") for line in read(f"{host.run}/ha.rows").splitlines() if line.startswith("node\t")]
    except FileNotFoundError:
        return False
    return len(rows) == 2 and all(row[6].lower() == "normal" and row[7] in ("Actived", "Deactived") for row in rows)


def status(lab, kind):
    line = "{:10} {:11} {:6} {:8} {:8} {:10} {:9} {:9} {:36} {:36} {}"
    print(line.format("HOST", "PAIR", "SSHD", "HA-PID", "ROLE", "PHASE", "HEALTH", "RESTARTS", "ROOT-LOADED", "ROOT-INSTALLED",
                      "SWITCHES"))
    for host in lab.hosts:
        pid = kind.ha_pid(host)
        known = knowledge(host) if pid else {}
        try:
            installed = serial(f"{host.oms_run_path}/workspace0/ha/local/cert/root-ca.crt")
        except LabError:
            installed = "unreadable"
        print(line.format(host.name, host.pair, "up" if kind.is_up(host) else "down", pid or "-",
                          known.get("role", "-"), known.get("phase", "-"), known.get("health", "-"),
                          count(host.directory, "restarts"), known.get("root", {}).get("serial", "-"), installed,
                          " ".join(sorted(os.listdir(f"{host.directory}/lab/switches"))) or "-"))


def line(lab, host):
    return (f"{host.name} {host.pair} {host.layout} {host.address} ssh={lab.ssh_port} ha={lab.ha_port} "
            f"manager=https://{host.floating}:{lab.manager_port}/ {host.directory}")


def variables(lab, hosts):
    return [f"hacert_profile: mrs-{hosts[0].layout}", f"hacert_password: {json.dumps(lab.password)}"]


def host_variables(lab, host):
    return [f"lab_ha_port: {lab.ha_port}", f"lab_manager_url: https://{host.floating}:{lab.manager_port}/"]


def age(lab, kind, pair, days):
    if pair not in lab.pairs:
        raise LabError(f"no pair {pair} in this lab; `lab hosts` lists them")
    both = lab.pairs[pair]
    run("sh", f"{lab.directory}/kit/aged-certificates.sh", str(days), *[host.directory for host in both],
        input=lab.password.encode() + b"\n", env={"PATH": "/usr/bin:/bin"})
    for host in both:
        kind.give(host)
        pid = kind.ha_pid(host)
        if pid:
            processes.end([(pid, processes.start_time(pid))])
        kind.start_ha(lab, host)
    await_until(lambda: all(kind.ha_pid(host) for host in both), 10,
                lambda: f"HA did not start; see {lab.directory}/hosts/*/var/log/ha.log")
