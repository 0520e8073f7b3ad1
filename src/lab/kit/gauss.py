"""Clusters of stand-in openGauss hosts: their trees, first certificates, PostgreSQL and TLS fronts."""

import concurrent.futures
import json
import os
import random
import shutil
import signal
import string
import subprocess

import bundle
import certs
import namespaces
import node as nodes
import processes
from build import (PROFILE_NOISE, SOURCE, claim_block, free_ports, keep_pristine, make_password, read, run, serial, ssh_key,
                   write)
from gaussstatus import BUILDS
from errors import CannotHere, LabError
from model import LOOPBACK, NAMESPACES, GaussHost, GaussLab
from personality import BANNER
from processes import await_until
from switches import count

CONF = """# -----------------------------
# PostgreSQL configuration file
# -----------------------------
#
# This file consists of lines of the form:
#
#   name = value
#
# (The "=" is optional.)  Whitespace may be used.

#------------------------------------------------------------------------------
# CONNECTIONS AND AUTHENTICATION
#------------------------------------------------------------------------------

listen_addresses = '{address}'		# what IP address(es) to listen on;
local_bind_address = '{address}'
port = {port}				# (change requires restart)
max_connections = 5000			# (change requires restart)
unix_socket_directory = '{pghost}'
#unix_socket_permissions = 0700		# begin with 0 to use octal notation

# - Security and Authentication -

#authentication_timeout = 1min		# 1s-600s
session_timeout = 10min			# allowed duration of any unused session, 0s-86400s(1 day), 0 is disabled
ssl = on				# (change requires restart)
#require_ssl = off
#ssl_ciphers = 'ALL'			# allowed SSL ciphers
					# (change requires restart)
#ssl_renegotiation_limit = 0		# amount of data between renegotiations, no longer supported
ssl_cert_file = 'server.crt'		# (change requires restart)
ssl_key_file = 'server.key'		# (change requires restart)
ssl_ca_file = 'cacert.pem'		# (change requires restart)
#ssl_crl_file = ''			# (change requires restart)
#modify_initial_password = true		#Whether to change the initial password of the initial user
password_encryption_type = 2		#Password storage type, 0 is md5 for PG, 1 is sha256 + md5, 2 is sha256 only

#------------------------------------------------------------------------------
# REPLICATION
#------------------------------------------------------------------------------

replconninfo1 = '{channel}'		# replication connection information used to connect primary on standby
application_name = 'dn_{instance}'
"""
HBA = """# TYPE  DATABASE        USER            ADDRESS                 METHOD
local   all             all                                     trust
host    all             all             127.0.0.1/32            trust
host    all             all             {address}/32            trust
host    all             all             0.0.0.0/0               sha256
"""
PROGRAMS = {"gs_om": "om/script", "gs_ctl": "app/bin", "gs_guc": "app/bin", "gsql": "app/bin", "gaussdb": "app/bin"}


def add_options(parser):
    parser.add_argument("--clusters", type=int, default=1, choices=range(1, 41), metavar="N")
    parser.add_argument("--nodes", type=int, default=2, choices=range(1, 6), metavar="N")
    parser.add_argument("--version", choices=tuple(BUILDS), default="5.0")
    parser.add_argument("--cm", action="store_true")
    parser.add_argument("--hosts", choices=(LOOPBACK, NAMESPACES), default=LOOPBACK)


def plan(directory, options, seed):
    if not shutil.which("psql") or not os.path.isdir(nodes.PROGRAMS):
        raise CannotHere("a lab of openGauss needs PostgreSQL; script/prepare installs it")
    kind = options.hosts
    block = claim_block(kind)
    hosts = []
    for cluster in range(1, options.clusters + 1):
        for number in range(1, options.nodes + 1):
            name = f"og{cluster}{string.ascii_lowercase[number - 1]}"
            hosts.append(GaussHost(name, f"lab_og{cluster}", f"{block}.{5 + 5 * cluster + number}", f"{directory}/hosts/{name}",
                                   kind, number == 1, number, options.version, options.cm))
    if kind == LOOPBACK:
        first = free_ports(hosts[0].address, 4)
        ports = (first, first + 1, first + 3)
    else:
        ports = (22, 15400, 15402)
    rng = random.Random(seed)
    return GaussLab(directory, seed, False, block, ports[0], make_key_password(rng), f"{options.restart_seconds:g}", "omm", kind,
                    hosts, *ports[1:], make_password(rng))


def make_key_password(rng):
    """As long as the rule allows, and with what shells and quotes stumble over."""
    specials = rng.sample("'`$\\!&*;<>|~#\"", 8)
    return "Lab1" + "".join(specials) + "zZ9"


def describe(lab):
    some = lab.hosts[0]
    return (f"{len(lab.pairs)} openGauss cluster(s) of {len(next(iter(lab.pairs.values())))} node(s), version {some.version}"
            f"{' with CM' if some.cm else ''}")


def build_shared(lab):
    """The database that every node begins with; a standby's is the primary's own."""
    template = f"{lab.directory}/template"
    os.mkdir(template, 0o700)
    give(template)
    run(*nodes.as_database_user(nodes.program("initdb"), "--no-sync", "-U", "omm", "-A", "trust", "-E", "UTF8", "--no-locale",
                                "--wal-segsize=1", "-D", f"{template}/data"),
        # By its HOME `down` finds it.
        cwd="/", env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "HOME": f"{lab.directory}/hosts/"})
    kit = f"{lab.directory}/kit"
    run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "3650",
        "-subj", "/CN=not used", "-keyout", f"{kit}/dummy.key", "-out", f"{kit}/dummy.crt")


def give(path):
    user = nodes.database_user()
    if user:
        os.chown(path, user.pw_uid, user.pw_gid)


def build_host(lab, host):
    for directory in (host.home, f"{host.directory}/tmp", host.gausslog, host.run, f"{host.directory}/lab/switches",
                      f"{host.directory}/lab/kept", f"{host.gphome}/script", f"{host.gausshome}/bin", f"{host.gausshome}/share/sslcert",
                      host.pghost, host.data, host.database):
        os.makedirs(directory)
    os.chmod(host.data, 0o700)
    give(host.database)
    if host.version >= "5":
        os.makedirs(f"{host.gausshome}/share/sslcert/om")
    if host.cm:
        os.makedirs(f"{host.gausshome}/share/sslcert/cm")
    for name, place in PROGRAMS.items():
        text = read(f"{SOURCE}/stand-ins/gauss/{name}")
        text = text.replace("@LAB_HOST@", host.own_root).replace("@LAB_KIT@", lab.own_kit)
        write(f"{host.prefix}/{place}/{name}", text, 0o700)
    write_configuration(lab, host)
    write_profile(host)
    ssh_key(f"{host.home}/.ssh/id_ed25519")
    lay_database(lab, host)


def lay_database(lab, host):
    shutil.rmtree(f"{host.database}/data", ignore_errors=True)
    run("cp", "-a", f"{lab.directory}/template/data", f"{host.database}/data")


def write_configuration(lab, host):
    values = {"LAB_ADDRESS": host.address, "SSH_PORT": lab.ssh_port}
    write(f"{host.directory}/lab/host.conf", "".join(f"{name}='{value}'\n" for name, value in values.items()))
    cluster = [{"number": one.number, "name": one.name, "address": one.address, "directory": one.own_root,
                "prefix": one.own(one.prefix), "data": one.own(one.data), "role": "P" if one.first else "S"}
               for one in lab.pairs[host.pair]]
    write(f"{host.directory}/lab/node.json", json.dumps({
        "name": host.name, "address": host.address, "cluster": host.pair, "version": host.version, "cm": host.cm,
        "port": lab.port, "database_port": lab.database_port, "sockets": lab.socket_directory(host), "kit": lab.own_kit,
        "restart_seconds": float(lab.restart_seconds), "node_seconds": min(0.5, float(lab.restart_seconds)),
        "gausshome": host.own(host.gausshome), "pghost": host.own(host.pghost), "data": host.own(host.data),
        "ssh": f"{host.own_home}/bin/ssh" if host.kind == LOOPBACK else "/usr/bin/ssh", "nodes": cluster}, indent=1))
    peer = (lab.peers(host) or [host])[0]
    channel = (f"localhost={host.address} localport={lab.port + 1} localheartbeatport={lab.port + 5} localservice={lab.port + 4} "
               f"remotehost={peer.address} remoteport={lab.port + 1} remoteheartbeatport={lab.port + 5} "
               f"remoteservice={lab.port + 4}")
    write(f"{host.data}/postgresql.conf", CONF.format(address=host.address, port=lab.port, pghost=host.own(host.pghost),
                                                      channel=channel, instance=6000 + host.number))
    write(f"{host.data}/pg_hba.conf", HBA.format(address=host.address))
    # The real one is binary; so that nobody reads it here either.
    write(f"{host.gausshome}/bin/cluster_static_config", "".join(f"{one['name']}\x00{one['address']}\x00" for one in cluster))


def write_profile(host):
    """The variables come from ~/.bashrc, or, with the switch, only from a file of their own that nobody sources by himself."""
    exports = "".join(f"export {name}='{value}'\n" for name, value in host.variables().items())
    exports += ('export PATH="$HOME/bin:$GPHOME/script:$GAUSSHOME/bin:$PATH"\n'
                'export LD_LIBRARY_PATH="$GAUSSHOME/lib:$GPHOME/lib"\n')
    # sshd begins in the directory of the passwd entry, a real login in HOME; a shell within a session stays where it is.
    write(f"{host.home}/.bashrc", f"""[ "$SHLVL" -gt 1 ] || cd "$HOME" || :
umask 0077
export TMPDIR='{host.own_root}/tmp'
if ! [ -f '{host.own_root}/lab/switches/separate-environment' ]; then
{exports}fi
""")
    write(f"{host.home}/gauss_env", f"export MPPDB_ENV_SEPARATE_PATH='{host.own_home}/gauss_env'\n{exports}")
    write(f"{host.home}/.bash_profile", f"""# Login profile of the cluster's user.
. "$HOME/.bashrc"
cat "$HOME/.banner"
{PROFILE_NOISE.replace('@HOST@', host.own_root).strip()}
""")
    write(f"{host.home}/.banner", BANNER)


def complete(lab, hosts):
    """The first certificates of a cluster, and what `lab reset` puts back."""
    made = f"{lab.directory}/template/{hosts[0].pair}"
    make_bundle(lab, hosts[0].pair, made)
    for host in hosts:
        places = ((host.data, certs.SERVER, 0o600), (f"{host.gausshome}/share/sslcert/om", certs.OM, 0o600),
                  (f"{host.gausshome}/share/sslcert/cm", certs.CM, 0o400))
        for directory, names, mode in places:
            for name in names if os.path.isdir(directory) else ():
                shutil.copyfile(f"{made}/{name}", f"{directory}/{name}")
                os.chmod(f"{directory}/{name}", mode)
        keep_pristine(lab, host)
    shutil.rmtree(made)


def make_bundle(lab, cluster, directory, days=bundle.DAYS, crl=False, revoke=False):
    """With the password that the lab's first certificates have."""
    hosts = lab.pairs[cluster]
    bundle.make(directory, lab.password.encode(), [host.name for host in hosts], [host.address for host in hosts], crl=crl,
                revoke=revoke, days=days)


def forget(lab):
    """What is not needed once the lab is built: nothing."""


def variables(lab, hosts):
    return ["hacert_profile: opengauss", f"hacert_ca_password: {json.dumps(lab.ca_password)}"]


def host_variables(lab, host):
    return [f"lab_port: {lab.port}", f"lab_data_directory: {host.data}", f"lab_gausshome: {host.gausshome}"]


def line(lab, host):
    return (f"{host.name} {host.pair} {host.version} {host.address} ssh={lab.ssh_port} port={lab.port} ha={lab.port + 1} "
            f"{host.directory}")


def node(host):
    return nodes.Node(host.directory)


def together(function, items):
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        return list(pool.map(function, items))


def primary_of(lab, host):
    """The node that is primary now, or would be if the cluster was up."""
    group = lab.pairs[host.pair]
    return next((one for one in group if nodes.role(node(one)) == "primary"), group[0])


def start(lab, kind):
    """Starts what does not run in its install-time role, and waits for healthy clusters."""
    together(lambda host: boot(lab, host), lab.hosts)
    ill = []

    def well():
        ill[:] = [host.name for host in lab.hosts if ask(lab, host, "state") != f"{'Primary' if host.first else 'Standby'} Normal"]
        return not ill

    await_until(well, 30 + len(lab.hosts), lambda: f"not healthy: {' '.join(ill)}; see {lab.directory}/hosts/*/var/log/pg.log")


def boot(lab, host):
    """Starts the node in its install-time role, as a site's own unit does when the host starts."""
    primary = "" if host.first else lab.pairs[host.pair][0].address
    if host.kind == LOOPBACK:
        nodes.start(node(host), primary)
    else:
        namespaces.act(lab, host, "run", primary)


def ask(lab, host, what):
    """The node's `state` or `pids`, as node.py knows it on the host."""
    if host.kind == NAMESPACES:
        return namespaces.act(lab, host, what)
    return {"state": nodes.state, "pids": nodes.pids}[what](node(host))


def quiet(lab):
    """Ends PostgreSQL, also what is left of one whose first process was killed, and its shared memory. In namespaces it ends
    with its host."""
    if lab.kind == NAMESPACES:
        return
    directories = {f"{host.database}/data" for host in lab.hosts}
    for directory in directories:
        pid = nodes.postmaster(directory)
        if pid:
            os.kill(pid, signal.SIGQUIT)
    try:
        await_until(lambda: not processes.with_directory(directories), 5, str)
    except LabError:
        processes.end(processes.with_directory(directories))
    for directory in directories:
        try:
            memory = read(f"{directory}/postmaster.pid").splitlines()[6].split()[1]
        except (OSError, IndexError):
            continue
        subprocess.run(["ipcrm", "-m", memory], stderr=subprocess.DEVNULL, check=False)


def reset(lab):
    for host in lab.hosts:
        lay_database(lab, host)
        shutil.rmtree(f"{host.directory}/lab/kept")
        os.mkdir(f"{host.directory}/lab/kept")


def status(lab, kind):
    form = "{:8} {:9} {:6} {:8} {:8} {:34} {:9} {:34} {:34} {}"
    print(form.format("HOST", "CLUSTER", "SSHD", "DATABASE", "FRONT", "STATE", "RESTARTS", "SERVED-LAST", "INSTALLED",
                      "SWITCHES"))
    for host in lab.hosts:
        try:
            installed = serial(f"{host.data}/server.crt")
        except LabError:
            installed = "unreadable"
        try:
            served = [line.split()[4] for line in read(f"{host.run}/tls").splitlines() if line.split()[2] == "served"]
        except FileNotFoundError:
            served = []
        up = kind.is_up(host)
        database, front, state = (*ask(lab, host, "pids").split(), ask(lab, host, "state")) if up or host.kind == LOOPBACK else "---"
        print(form.format(host.name, host.pair, "up" if up else "down", database, front, state,
                          count(host.directory, "restarts"), served[-1] if served else "-", installed,
                          " ".join(sorted(os.listdir(f"{host.directory}/lab/switches"))) or "-"))


def restart(lab, host):
    primary = primary_of(lab, host)
    nodes.stop(node(host))
    nodes.start(node(host), "" if primary is host else primary.address)


def switch_ssl(lab, host, value):
    nodes.set_setting(host.data, "ssl", "on" if value is None else "off")
    restart(lab, host)


def switch_names(lab, host, value):
    own, other = ("server", "other") if value is None else ("other", "server")
    for suffix in ("crt", "key", "key.cipher", "key.rand"):
        if value is None:
            os.unlink(f"{host.data}/other.{suffix}")
        else:
            shutil.copy2(f"{host.data}/{other}.{suffix}", f"{host.data}/{own}.{suffix}")
    nodes.set_setting(host.data, "ssl_cert_file", f"'{own}.crt'")
    nodes.set_setting(host.data, "ssl_key_file", f"'{own}.key'")
    restart(lab, host)


def switch_flag(lab, host, value):
    if value is None:
        os.unlink(f"{host.data}/{certs.FLAG}")
    else:
        write(f"{host.data}/{certs.FLAG}", "")


def switch_leftovers(lab, host, value):
    """As a gs_om -t cert that was ended by a signal leaves them."""
    if value is None:
        shutil.rmtree(f"{host.pghost}/tempCertDir")
        os.unlink(f"{host.pghost}/.action_flag_file_4242")
        return
    os.mkdir(f"{host.pghost}/tempCertDir", 0o700)
    for name in certs.SERVER:
        shutil.copy2(f"{host.data}/{name}", f"{host.pghost}/tempCertDir/{name}")
    write(f"{host.pghost}/.action_flag_file_4242", "")


def switch_files(lab, host, value):
    kept = f"{host.directory}/lab/kept"
    if value is None:
        for name in os.listdir(kept):
            shutil.move(f"{kept}/{name}", f"{host.data}/{name}")
        return
    for name in value.split() or ["cacert.pem"]:
        if not os.path.isfile(f"{host.data}/{name}"):
            raise LabError(f"{host.data} has no {name}")
        shutil.move(f"{host.data}/{name}", f"{kept}/{name}")


def switch_running(lab, host, value):
    if value is None:
        processes.end(processes.with_arguments(f"{host.gphome}/script/gs_om", "refreshconf"))
    else:
        subprocess.Popen(["/usr/bin/python3", "-B", f"{host.gphome}/script/gs_om", "-t", "refreshconf"], cwd="/",
                         stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=host.environment(),
                         start_new_session=True)


def switch_replication(lab, host, value):
    primary = primary_of(lab, host)
    if primary is host:
        raise LabError(f"{host.name} is the primary; give a standby")
    nodes.follow(node(host), primary.address)


def switch_over(lab, host, value):
    """Really: this host becomes the primary, or at the end the install-time one does."""
    group = lab.pairs[host.pair]
    old, new = primary_of(lab, host), group[0] if value is None else host
    if old is new:
        return
    nodes.stop(node(old))
    nodes.promote(node(new))
    for one in group:
        if one not in (old, new):
            nodes.follow(node(one), new.address)
    nodes.start(node(old), new.address)
    await_until(lambda: all(nodes.state(node(one)).endswith("Normal") for one in group), 15, lambda: "the standbys do not follow")


def switch_down(lab, host, value):
    primary = primary_of(lab, host)
    if value is None:
        nodes.start(node(host), "" if primary is host else primary.address)
    else:
        nodes.stop(node(host))


# What switches do at once, on loopback hosts; the value is None when one goes off.
AT_ONCE = {"ssl-off": switch_ssl, "other-file-names": switch_names, "cert-flag": switch_flag, "temp-cert-dir": switch_leftovers,
           "uneven-files": switch_files, "gs-om-running": switch_running, "replication-down": switch_replication,
           "switched-over": switch_over, "standby-down": switch_down}
