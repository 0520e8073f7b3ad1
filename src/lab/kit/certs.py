"""What gs_om -t cert does to the directories of one openGauss node (contract: gs_om -t cert, traps)."""

import os
import shutil
import subprocess
import tarfile
import time

import node as nodes
from errors import LabError

CRL = "sslcrl-file.crl"
SERVER = ("cacert.pem", "server.crt", "server.key", "server.key.cipher", "server.key.rand")
CLIENT = ("client.crt", "client.key", "client.key.cipher", "client.key.rand")
DATA = (*SERVER, CRL)
CM = (*SERVER, *CLIENT)
OM = ("client.crt", "client.key", "cacert.pem", "server.crt", "server.key", "openssl.cnf", "client.key.cipher", "client.key.rand",
      "server.key.cipher", "server.key.rand", "client.key.pk8")
BACKUP = "gsql_cert_backup.tar.gz"
FLAG = "certFlag"
# Stands in the archive for no certificates at all.
EMPTY = "emptyCert"


def rest(node):
    """The other directories that there are: path, names and mode. Before 5.0 gs_om knows of none."""
    if node.version < "5":
        return []
    places = ((node.sslcert("dss"), CM, 0o400), (node.sslcert("cm"), CM, 0o400), (node.sslcert("om"), OM, 0o600))
    return [place for place in places if os.path.isdir(place[0])]


def flagged(node):
    return os.path.isfile(f"{node.data}/{FLAG}")


def backed_up(node):
    return os.path.isfile(f"{node.data}/{BACKUP}")


def present(node):
    return [name for name in DATA if os.path.isfile(f"{node.data}/{name}")]


def back_up(node, names):
    """Of the data directory; one name that is not there fails it, and leaves an archive all the same (trap 2)."""
    with open(f"{node.data}/{FLAG}", "w", encoding="ascii"):
        pass
    if not names:
        with open(f"{node.data}/{EMPTY}", "w", encoding="ascii"):
            pass
    done = subprocess.run(["tar", "-zcf", BACKUP, *(names or [EMPTY])], cwd=node.data, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, check=False)
    if os.path.exists(f"{node.data}/{EMPTY}"):
        os.unlink(f"{node.data}/{EMPTY}")
    if done.returncode != 0:
        raise LabError(done.stdout.decode(errors="replace").strip())
    os.chmod(f"{node.data}/{BACKUP}", 0o600)


def back_up_rest(node):
    for directory, _, _ in rest(node):
        names = [name for name in sorted(os.listdir(directory)) if name != BACKUP]
        with tarfile.open(f"{directory}/{BACKUP}", "w:gz") as archive:
            for name in names:
                archive.add(f"{directory}/{name}", name)
        os.chmod(f"{directory}/{BACKUP}", 0o600)


def install(node, source):
    """File after file, as the real one does: a connection in between meets a mixture."""
    node.event("replaces")
    slow = float(node.switched("cert-slow") or 0)
    half = node.switched("cert-fails-half") is not None
    for number, name in enumerate(name for name in DATA if os.path.isfile(f"{source}/{name}")):
        if half and number == 2:
            raise LabError(f"[GAUSS-51400] : Failed to execute the command: cp {source}/{name} {node.data}. Error: \n"
                           "No space left on device")
        copy(source, node.data, name, 0o600)
        time.sleep(slow)
    for directory, names, mode in rest(node):
        for name in names:
            copy(source, directory, name, mode)
            time.sleep(slow / 4)
    if not os.path.isfile(f"{source}/{CRL}") and os.path.isfile(f"{node.data}/{CRL}"):
        os.unlink(f"{node.data}/{CRL}")
    point_to_crl(node)
    if flagged(node):
        os.unlink(f"{node.data}/{FLAG}")


def copy(source, directory, name, mode):
    if os.path.isfile(f"{directory}/{name}"):
        os.unlink(f"{directory}/{name}")
    if os.path.isfile(f"{source}/{name}"):
        shutil.copyfile(f"{source}/{name}", f"{directory}/{name}")
        os.chmod(f"{directory}/{name}", mode)


def receive(node, stream):
    """Installs what another node sends as an archive."""
    source = f"{node.pghost}/tempCertDir.{os.getpid()}"
    os.mkdir(source, 0o700)
    try:
        with tarfile.open(fileobj=stream, mode="r|") as archive:
            archive.extractall(source, filter="data") if hasattr(tarfile, "data_filter") else archive.extractall(source)
        install(node, source)
    finally:
        shutil.rmtree(source)


def point_to_crl(node):
    nodes.set_setting(node.data, "ssl_crl_file", f"'{CRL}'" if os.path.isfile(f"{node.data}/{CRL}") else "''")


def roll_back(node):
    """What is there is moved away, whatever the archive holds: it may be no certificates at all (traps 2 and 5)."""
    put_back(node.data, DATA)
    for directory, names, _ in rest(node):
        put_back(directory, names)
    point_to_crl(node)


def put_back(directory, names):
    # A directory without an archive is left without files, as the real one leaves it.
    away = f"{directory}/tempDir"
    shutil.rmtree(away, ignore_errors=True)
    os.mkdir(away, 0o700)
    for name in names:
        if os.path.exists(f"{directory}/{name}"):
            shutil.move(f"{directory}/{name}", f"{away}/{name}")
    subprocess.run(["tar", "-zxf", BACKUP], cwd=directory, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    shutil.rmtree(away)
    if os.path.exists(f"{directory}/{EMPTY}"):
        os.unlink(f"{directory}/{EMPTY}")
