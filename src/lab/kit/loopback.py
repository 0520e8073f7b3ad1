"""Hosts on loopback addresses: a directory and an sshd of the current user each, without root."""

import os
import signal
import subprocess

import processes
from build import SOURCE, read, ssh_key, write
from errors import LabError
from model import MRS


def check():
    """Whether this machine can have such hosts."""
    if os.geteuid() == 0:
        os.makedirs("/run/sshd", mode=0o755, exist_ok=True)
        os.chmod("/run/sshd", 0o755)


def prepare(lab):
    """Before the hosts are built: nothing."""


def build_host(lab, host):
    build_programs(host)
    if lab.target == MRS:
        # sshd begins in the directory of the passwd entry, a real login in HOME.
        write(f"{host.home}/.bashrc", 'cd "$HOME" || :\n')
    if lab.login == "operator":
        build_operator(host)
    build_sshd(lab, host)


def build_programs(host):
    """What a home needs that is not the one of the passwd entry."""
    # The ssh programs look in the passwd entry's directory too, not in HOME.
    for program in ("ssh", "scp", "sftp"):
        write(f"{host.home}/bin/{program}", f'#!/bin/sh\nexec /usr/bin/{program} -F "$HOME/.ssh/config" "$@"\n', 0o700)


def build_operator(host):
    """An operator's home: no profile, no keys, and the one command he may run as somebody else."""
    write(f"{host.directory}/bin/sudo", read(f"{SOURCE}/stand-ins/sudo").replace("@LAB_HOST@", host.directory), 0o700)
    write(f"{host.directory}/operator/.bashrc", f'cd "$HOME" || :\nPATH={host.directory}/bin:$PATH\n')


def build_sshd(lab, host):
    # An operator's and omm's logins come to one sshd: there the key decides about HOME, see authorize().
    home = f"SetEnv HOME={host.home}" if lab.login == "omm" else "PermitUserEnvironment HOME"
    write(f"{host.directory}/ssh/sshd_config", f"""ListenAddress {host.address}:{lab.ssh_port}
HostKey {host.host_key}
PidFile {host.directory}/ssh/sshd.pid
AuthorizedKeysFile {host.home}/.ssh/authorized_keys
{home}
Subsystem sftp internal-sftp -d {host.home}
PermitRootLogin prohibit-password
PasswordAuthentication no
KbdInteractiveAuthentication no
UsePAM no
StrictModes no
KexAlgorithms curve25519-sha256
MaxStartups 200:30:400
MaxSessions 100
PrintMotd no
PrintLastLog no
UseDNS no
LogLevel VERBOSE
""")
    ssh_key(host.host_key)
    write(f"{host.home}/.ssh/config", f"""Host *
  Port {lab.ssh_port}
  IdentityFile {host.home}/.ssh/id_ed25519
  IdentitiesOnly yes
  UserKnownHostsFile {host.home}/.ssh/known_hosts
  GlobalKnownHostsFile /dev/null
  StrictHostKeyChecking yes
  BatchMode yes
  LogLevel ERROR
""")


def authorize(lab, host, control, own):
    keys = [(lab.login_home(host), control), *((host.home, key) for key in own)]
    write(f"{host.home}/.ssh/authorized_keys",
          "".join(key if lab.login == "omm" else f'environment="HOME={home}" {key}' for home, key in keys))


def give(host):
    """Files belong to whom they must: here all to the current user."""


def start(lab):
    """Starts the hosts that do not run."""
    starting = [processes.start_sshd(host.directory) for host in lab.hosts if not is_up(host)]
    if any(process.wait() != 0 for process in starting):
        raise LabError(f"an sshd did not start; see {lab.directory}/hosts/*/var/log/sshd.log")


def is_up(host):
    return processes.recorded_sshd(host.directory) is not None


def ha_pid(host):
    return processes.recorded(f"{host.run}/ha.pid")


def start_ha(lab, host):
    with open(f"{host.directory}/var/log/ha.log", "ab") as log:
        subprocess.Popen(["/usr/bin/python3", "-B", f"{lab.directory}/kit/ha.py", host.directory], cwd="/",
                         env=host.environment(), stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)


def quiet(lab):
    """Ends what runs on the hosts, but not their sshd."""
    processes.end(processes.with_home_below(f"{lab.directory}/hosts"))
    for host in lab.hosts:
        processes.signal_sshd(host.directory, signal.SIGCONT)


def end(lab):
    """Ends what runs on the lab's hosts: by its HOME, by sockets on this lab's own addresses."""
    # Twice: a stand-in may be starting an HA process while it is ended.
    for _ in range(2):
        targets = processes.with_home_below(f"{lab.directory}/hosts") + processes.with_local_address(lab.block + ".")
        processes.end(list(set(targets)))
