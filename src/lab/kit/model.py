"""What a lab consists of, as recorded in its lab.json: read by every command after `lab up`."""

import dataclasses
import json
import os

from errors import LabError

# The systems that a lab's hosts can be nodes of, as the inventory names them.
MRS, GAUSS = "mrs-ha", "opengauss"
LAYOUTS = ("2x", "3x")
# The ways to be a host: the current user's sshd on a loopback address, or a machine of its own in namespaces.
LOOPBACK, NAMESPACES = "loopback", "namespaces"


@dataclasses.dataclass
class Host:
    """Paths are those of the machine that the lab runs on, but for the ones that begin with `own_`."""

    name: str
    pair: str
    address: str
    directory: str
    kind: str
    first: bool

    @property
    def own_root(self):
        """What the host's own paths begin with: a loopback host lives in a directory, the other kind has a root of its own."""
        return self.directory if self.kind == LOOPBACK else ""

    @property
    def own_home(self):
        return self.home if self.kind == LOOPBACK else "/home/omm"

    def own(self, path):
        """The name that the host itself has for a path in its directory."""
        return self.own_root + path[len(self.directory):]

    @property
    def home(self):
        return f"{self.directory}/home"

    @property
    def run(self):
        return f"{self.directory}/lab/run"

    @property
    def host_key(self):
        return f"{self.directory}/{'' if self.kind == LOOPBACK else 'etc/'}ssh/host_ed25519"

    def environment(self):
        """What a login gives, for what the lab itself starts on the host."""
        return {"HOME": self.own_home, "PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "TMPDIR": f"{self.own_root}/tmp",
                "LC_ALL": "C.UTF-8"}


@dataclasses.dataclass
class MrsHost(Host):
    layout: str
    peer: str
    # Where the Manager page is while this node is active: an address of the pair, or in namespaces the node's own.
    floating: str
    installed_in: str

    @property
    def bigdata_home(self):
        return f"{self.directory}/{self.installed_in}"

    @property
    def om_home(self):
        return self.bigdata_home + {"2x": "/om-0.0.1", "3x": "/om-server/om"}[self.layout]

    @property
    def oms_run_path(self):
        return self.bigdata_home + {"2x": "/OMSV100R001C00x8664", "3x": "/om-server/OMS"}[self.layout]

    def environment(self):
        return {**super().environment(), "BIGDATA_HOME": self.own(self.bigdata_home),
                "OMS_RUN_PATH": self.own(self.oms_run_path)}


@dataclasses.dataclass
class GaussHost(Host):
    """A node of a cluster; the number is its place in the cluster's configuration, from 1."""

    number: int
    version: str
    cm: bool

    @property
    def prefix(self):
        return f"{self.directory}/opt/opengauss"

    @property
    def gphome(self):
        return f"{self.prefix}/om"

    @property
    def gausshome(self):
        return f"{self.prefix}/app"

    @property
    def pghost(self):
        return f"{self.prefix}/tmp"

    @property
    def data(self):
        return f"{self.prefix}/data/dn1"

    @property
    def gausslog(self):
        return f"{self.directory}/var/log/omm"

    @property
    def database(self):
        """The directory of the PostgreSQL behind the node, which belongs to another user where the lab is root's."""
        return f"{self.directory}/pg"

    def variables(self):
        """Those of the product's environment."""
        places = {"GPHOME": self.gphome, "GAUSSHOME": self.gausshome, "GAUSSLOG": self.gausslog, "PGHOST": self.pghost}
        return {**{name: self.own(place) for name, place in places.items()}, "GAUSS_ENV": "2"}

    def environment(self):
        return {**super().environment(), **self.variables()}


@dataclasses.dataclass
class Lab:
    directory: str
    seed: int
    randomised: bool
    block: str
    ssh_port: int
    password: str
    restart_seconds: str
    login: str
    kind: str
    hosts: list

    @property
    def own_kit(self):
        """Where a host finds these programs."""
        return f"{self.directory}/kit" if self.kind == LOOPBACK else "/lab/kit"

    @property
    def claim(self):
        return claim_of(self.block)

    @property
    def pairs(self):
        """The hosts that rotate together, by the name of their group."""
        names = {}
        for host in self.hosts:
            names.setdefault(host.pair, []).append(host)
        return names

    def login_home(self, host):
        """Where the control side's logins land: omm's home, or that of an operator who must become omm."""
        return host.home if self.login == "omm" else f"{host.directory}/operator"

    def peers(self, host):
        return [other for other in self.pairs[host.pair] if other.name != host.name]

    def host(self, name):
        for host in self.hosts:
            if host.name == name:
                return host
        raise LabError(f"no host {name} in this lab; `lab hosts` lists them")

    def save(self):
        temporary = f"{self.directory}/lab.json.new"
        with open(temporary, "w", encoding="utf-8") as file:
            json.dump({"target": self.target, **dataclasses.asdict(self)}, file, indent=1)
        os.replace(temporary, f"{self.directory}/lab.json")

    @staticmethod
    def load(directory):
        try:
            with open(f"{directory}/lab.json", encoding="utf-8") as file:
                values = json.load(file)
        except FileNotFoundError:
            raise LabError(f"no lab in {directory}; start one with `lab up --dir {directory}`") from None
        lab_type, host_type = {MRS: (MrsLab, MrsHost), GAUSS: (GaussLab, GaussHost)}[values.pop("target")]
        values["hosts"] = [host_type(**host) for host in values["hosts"]]
        return lab_type(**values)


@dataclasses.dataclass
class MrsLab(Lab):
    ha_port: int
    manager_port: int
    target = MRS


@dataclasses.dataclass
class GaussLab(Lab):
    """Its `password` is that of the first keys; the database is at `port` and at the one after it."""

    port: int
    database_port: int
    ca_password: str
    target = GAUSS

    def socket_directory(self, host):
        """As the host names it; a machine has a short path of its own for it."""
        return f"{self.claim}/{host.name}" if self.kind == LOOPBACK else "/lab/sockets"


def claim_of(block):
    """Short, for it holds sockets, whose paths may have 107 characters."""
    return f"/tmp/hl-{block}"
