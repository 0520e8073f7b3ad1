"""Hosts that are machines of their own: namespaces for processes, mounts, users' names, network; needs root.

Each lab has a network of its own: a switch, which is a bridge in a network namespace that nothing else is in, one cable from
it to this machine and one to each host. There is no way out of it: no forwarding and no default route. What a host keeps lies
on a disk of limited size at its directory, mounted on this machine too, so that it outlives the host and tests can look at it.
"""

import os
import signal
import subprocess

import processes
from build import read, run, ssh_key, write
from errors import CannotHere, LabError
from processes import await_until

PROGRAMS = ("/usr/bin/sudo", "/usr/bin/su", "/usr/bin/ip", "/usr/bin/unshare", "/usr/bin/nsenter", "/usr/sbin/pivot_root",
            processes.SSHD)
DISK = "256m"
OMM = 2000
# An ordinary user who may only `sudo su - omm`, one who may be omm by sudo, and one who may be nobody else.
OTHERS = {"operator": 2001, "admin": 2002, "guest": 2003}
# Nobody has it: what is sent there is lost, without a word to the sender.
NOBODYS_CARD = "02:00:00:00:00:01"


def check():
    """Whether this machine can have such hosts, said before anything is made."""
    missing = [name for name in PROGRAMS if not os.path.exists(name) and not os.path.exists(name.removeprefix("/usr"))]
    if missing:
        raise CannotHere(f"hosts in namespaces need {' '.join(missing)}; script/prepare installs it")
    if os.geteuid() != 0:
        raise CannotHere("hosts in namespaces need root, for their users, mounts and network; "
                         "`lab up --hosts loopback` needs none")
    try:
        tried = subprocess.run(["unshare", "--mount", "--uts", "--ipc", "--net", "--pid", "--fork", "sh", "-c",
                                "mount -t tmpfs lab /tmp && ip link add type veth && ip link add type bridge"],
                               stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=30, check=False)
    except subprocess.TimeoutExpired:
        raise CannotHere("this machine did not make a namespace within 30 s") from None
    if tried.returncode != 0:
        raise CannotHere(f"this machine does not let root make namespaces, mounts and networks of its own: "
                         f"{tried.stdout.decode(errors='replace').strip()}")


def prepare(lab):
    """The disks, before anything is written to them, and the switch."""
    for host in lab.hosts:
        books = f"{lab.directory}/books/{host.name}"
        os.makedirs(books)
        os.makedirs(host.directory)
        run("mount", "-t", "tmpfs", "-o", f"size={DISK},mode=755", "lab", host.directory)
        # The lab's own bookkeeping goes on when the disk is full.
        os.symlink(books, f"{host.directory}/lab")
    held = subprocess.Popen(["unshare", "--net", "sleep", "1000000"], cwd="/", stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                            stderr=subprocess.DEVNULL, start_new_session=True,
                            env={"PATH": os.environ["PATH"], "HOME": f"{lab.directory}/hosts/"})
    await_until(lambda: os.readlink(f"/proc/{held.pid}/ns/net") != os.readlink("/proc/self/ns/net"), 10,
                lambda: "the network was not made within 10 s")
    processes.record(f"{lab.directory}/switch.pid", held.pid)
    links(switch(lab), "link add lan type bridge forward_delay 0", "link set lan up")
    links(None, f"link add {cable(lab)} type veth peer name control netns {switch(lab)}",
          f"addr add {lab.block}.1/24 dev {cable(lab)}", f"link set {cable(lab)} up")
    links(switch(lab), "link set control master lan up")


def switch(lab):
    """The process that holds the network together."""
    pid = processes.recorded(f"{lab.directory}/switch.pid")
    if pid is None:
        raise LabError("the lab's network is gone: end it with `lab down` and start another")
    return pid


def cable(lab):
    """This machine's end of the lab's network."""
    return "hl" + lab.block.replace("198.", "").replace(".", "-")


def port(host):
    return "port" + host.address.rpartition(".")[2]


def links(pid, *lines):
    """Lines of `ip`, in the network namespace of this process, or in ours."""
    place = ["nsenter", "--target", str(pid), "--net"] if pid else []
    run(*place, "ip", "-batch", "-", input="".join(line + "\n" for line in lines).encode())


def build_host(lab, host):
    """/etc of the host: its users, what they may do, and its sshd."""
    etc = f"{host.directory}/etc"
    os.makedirs(f"{host.directory}/root")
    users = [("root", 0, "/root", "/bin/bash"), ("sshd", 100, "/run/sshd", "/usr/sbin/nologin"),
             ("omm", OMM, "/home/omm", "/bin/bash"), *((name, uid, f"/home/{name}", "/bin/bash") for name, uid in OTHERS.items()),
             ("nobody", 65534, "/nonexistent", "/usr/sbin/nologin")]
    files = {
        "hostname": host.name + "\n",
        "hosts": "127.0.0.1 localhost\n" + "".join(f"{one.address} {one.name}\n" for one in lab.hosts),
        "nsswitch.conf": "passwd: files\ngroup: files\nshadow: files\nhosts: files\n",
        "passwd": "".join(f"{name}:x:{uid}:{uid}::{home}:{shell}\n" for name, uid, home, shell in users),
        "group": "tty:x:5:\n" + "".join(f"{name}:x:{uid}:\n" for name, uid, _, _ in users),
        "profile": "umask 022\n",
        "login.defs": read("/etc/login.defs") if os.path.exists("/etc/login.defs") else "",
        "ssh/sshd_config": """HostKey /etc/ssh/host_ed25519
PidFile none
AuthorizedKeysFile .ssh/authorized_keys /etc/ssh/keys/%u
Subsystem sftp internal-sftp
PasswordAuthentication no
KbdInteractiveAuthentication no
UsePAM no
KexAlgorithms curve25519-sha256
MaxStartups 200:30:400
MaxSessions 100
PrintMotd no
PrintLastLog no
UseDNS no
""",
    }
    for service in ("su", "su-l", "sudo", "sudo-i", "other"):
        rootok = "auth sufficient pam_rootok.so\n" if service.startswith("su") and "sudo" not in service else ""
        files[f"pam.d/{service}"] = rootok + "auth required pam_unix.so nodelay\naccount required pam_unix.so\nsession required pam_unix.so\n"
    for name, text in files.items():
        write(f"{etc}/{name}", text, 0o644)
    write(f"{etc}/shadow", "".join(f"{name}:*:19000:0:99999:7:::\n" for name, _, _, _ in users))
    # As newer versions of sudo do by themselves.
    write(f"{etc}/sudoers", """Defaults use_pty
root ALL=(ALL:ALL) ALL
operator ALL=(root) NOPASSWD: /usr/bin/su - omm, /bin/su - omm
admin ALL=(omm) NOPASSWD: ALL
""", 0o440)
    ssh_key(host.host_key)
    for place, directories, _ in os.walk(etc):
        for name in [place, *(f"{place}/{one}" for one in directories)]:
            os.chmod(name, 0o755)


def authorize(lab, host, control, own):
    write(f"{host.home}/.ssh/authorized_keys", "".join([control, *own]))
    for name in ("root", *OTHERS):
        write(f"{host.directory}/etc/ssh/keys/{name}", control, 0o644)
    os.chmod(f"{host.directory}/etc/ssh/keys", 0o755)


def give(host):
    """What is omm's belongs to omm, who reads the lab's programs too; the directory above lets no other user in."""
    os.makedirs(f"{host.directory}/lab/kit", exist_ok=True)
    for part in ("home", "opt", "tmp", "var/log", "lab/", "pg"):
        for place, directories, files in os.walk(f"{host.directory}/{part}"):
            os.chown(place, OMM, OMM)
            for name in directories + files:
                os.lchown(f"{place}/{name}", OMM, OMM)
    os.chmod(f"{host.directory}/tmp", 0o1777)
    kit = f"{os.path.dirname(os.path.dirname(host.directory))}/kit"
    os.chmod(kit, 0o755)
    for name in os.listdir(kit):
        os.chmod(f"{kit}/{name}", 0o755)


def start(lab):
    """Starts the hosts that do not run."""
    for host in lab.hosts:
        if init(host) is None:
            plug(lab, host, begin(lab, host))
    for host in lab.hosts:
        await_up(host)


def boot(lab, host):
    """Starts one host that does not run."""
    plug(lab, host, begin(lab, host))
    await_up(host)


def await_up(host):
    await_until(lambda: is_up(host), 15, lambda: f"{host.name} did not start; see {host.directory}/lab/init.log")


def record_of(host):
    return f"{os.path.dirname(os.path.dirname(host.directory))}/{host.name}.pid"


def init(host):
    """Process 1 of the host as this machine knows it, or None while the host is down."""
    return processes.recorded(record_of(host))


def begin(lab, host):
    """Starts process 1 of a host; answers its pid on this machine."""
    with open(f"{host.directory}/lab/init.log", "ab") as log:
        outside = subprocess.Popen(
            ["unshare", "--mount", "--propagation", "private", "--uts", "--ipc", "--net", "--pid", "--fork", "--kill-child=KILL",
             "sh", f"{lab.directory}/kit/root.sh", host.directory, f"{lab.directory}/kit"],
            cwd="/", stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
            env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": f"{host.directory}/"})
    inner = []
    await_until(lambda: inner.extend(children(outside.pid)) or inner or outside.poll() is not None, 10,
                lambda: f"{host.name} did not start")
    if not inner:
        raise LabError(f"{host.name} did not start; see {host.directory}/lab/init.log")
    processes.record(record_of(host), inner[0])
    return inner[0]


def plug(lab, host, first):
    """Its network."""
    # Left by an earlier life of the host, for a moment.
    subprocess.run(["nsenter", "--target", str(switch(lab)), "--net", "ip", "link", "del", port(host)], stderr=subprocess.DEVNULL,
                   check=False)
    # The card stays the same from one life to the next: whoever remembers it still finds the host.
    card = f"02:00:00:00:01:{int(host.address.rpartition('.')[2]):02x}"
    links(switch(lab), f"link add {port(host)} type veth peer name eth0 address {card} netns {first}",
          f"link set {port(host)} master lan up")
    links(first, "link set lo up", f"addr add {host.address}/24 dev eth0", "link set eth0 up")


def children(parent):
    found = []
    for pid in processes.pids():
        try:
            with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as stat:
                if stat.read().rpartition(")")[2].split()[1] == str(parent):
                    found.append(pid)
        except OSError:
            continue
    return found


def inside(host):
    """(pid, start time) of all processes of the host."""
    first = init(host)
    if first is None:
        return []
    space = os.readlink(f"/proc/{first}/ns/pid")
    found = []
    for pid in processes.pids():
        try:
            if os.readlink(f"/proc/{pid}/ns/pid") == space:
                found.append(pid)
        except OSError:
            continue
    return processes.identified(found)


def is_up(host):
    """Whether its sshd listens."""
    first = init(host)
    if first is None:
        return False
    with open(f"/proc/{first}/net/tcp", encoding="ascii") as table:
        return any(line.split()[3] == "0A" and line.split()[1].endswith(":0016") for line in table)


def ha_pid(host):
    """The HA process as this machine knows it: its file has the host's own number for it."""
    try:
        number, started = read(f"{host.run}/ha.pid").split()
    except (FileNotFoundError, ValueError):
        return None
    for pid, since in inside(host):
        try:
            with open(f"/proc/{pid}/status", encoding="utf-8", errors="replace") as status:
                names = next(line for line in status if line.startswith("NSpid:")).split()
        except (OSError, StopIteration):
            continue
        if names[-1] == number and str(since) == started:
            return pid
    return None


def as_omm(lab, host, program, *arguments, before=()):
    """One of the lab's own programs on the host, which must run."""
    return ["nsenter", "--target", str(init(host)), "--mount", "--uts", "--ipc", "--net", "--pid", "--setuid", str(OMM), "--setgid",
            str(OMM), *before, "/usr/bin/python3", "-B", f"{lab.own_kit}/{program}", host.own_root, *arguments]


def start_ha(lab, host):
    with open(f"{host.directory}/var/log/ha.log", "ab") as log:
        os.fchown(log.fileno(), OMM, OMM)
        subprocess.run(as_omm(lab, host, "ha.py", before=("setsid", "--fork")), cwd="/",
                       env=host.environment(), stdin=subprocess.DEVNULL, stdout=log, stderr=log, check=True)


def act(lab, host, action, *arguments):
    """What node.py does on a host of openGauss; answers what it printed."""
    done = subprocess.run(as_omm(lab, host, "node.py", action, *arguments), cwd="/", env=host.environment(),
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    text = done.stdout.decode(errors="replace").strip()
    if done.returncode != 0:
        raise LabError(f"{host.name}: {text}")
    return text


def kill(host):
    """The host's end, as by power loss; what is on its disk stays."""
    first = init(host)
    if first is None:
        return
    gone = inside(host)
    os.kill(first, signal.SIGKILL)
    await_until(lambda: not any(processes.start_time(pid) == started for pid, started in gone), 10,
                lambda: f"{host.name} did not end within 10 s")


def freeze(host):
    """All of the host stands still: no answer, no refusal, no end of a connection."""

    def still():
        running = [pid for pid, _ in inside(host) if state(pid) not in ("T", "Z", "X", "")]
        for pid in running:
            signal_to(pid, signal.SIGSTOP)
        return not running

    await_until(still, 10, lambda: f"{host.name} could not be frozen within 10 s")


def thaw(host):
    for pid, _ in inside(host):
        signal_to(pid, signal.SIGCONT)


def state(pid):
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as stat:
            return stat.read().rpartition(")")[2].split()[0]
    except OSError:
        return ""


def signal_to(pid, number):
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        pass


def unplug(lab, host):
    """The host's cable is out: whatever is sent either way is lost."""
    links(switch(lab), f"link set {port(host)} down")


def part(lab, host, other):
    """Two hosts, or a host and the control side (None), lose what they send to each other."""
    ends = [(init(host), host.address, "eth0"), (init(other), other.address, "eth0") if other else (None, f"{lab.block}.1", cable(lab))]
    if ends[0][0] is None or (other and ends[1][0] is None):
        raise LabError("both hosts must run")
    for (pid, _, device), (_, address, _) in (ends, ends[::-1]):
        links(pid, f"neigh replace {address} lladdr {NOBODYS_CARD} dev {device} nud permanent")


def heal(lab):
    """All cables are in and all hosts find each other."""
    for host in lab.hosts:
        if init(host):
            links(switch(lab), f"link set {port(host)} up")
            links(init(host), "neigh flush nud permanent dev eth0")
    links(None, f"neigh flush nud permanent dev {cable(lab)}")


def size_disk(host, full):
    """With `full` the disk has no room left beyond what is on it now."""
    size = DISK
    if full:
        # Nothing else tells what a file system really has taken.
        room = os.statvfs(host.directory)
        size = str((room.f_blocks - room.f_bfree) * room.f_frsize)
    run("mount", "-o", f"remount,size={size}", host.directory)


def quiet(lab):
    """Ends the hosts and takes all faults back."""
    for host in lab.hosts:
        kill(host)
        size_disk(host, full=False)
    links(None, f"neigh flush nud permanent dev {cable(lab)}")


def end(lab):
    """Ends the hosts and the network, and gives the disks back. What can be missing may be: a lab can end half made."""
    for host in lab.hosts:
        kill(host)
    for _ in range(2):
        processes.end(processes.with_home_below(f"{lab.directory}/hosts"))
    subprocess.run(["ip", "link", "del", cable(lab)], stderr=subprocess.DEVNULL, check=False)
    for host in lab.hosts:
        while os.path.ismount(host.directory):
            run("umount", "--lazy", host.directory)
