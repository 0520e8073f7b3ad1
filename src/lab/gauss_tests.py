"""Proves the stand-ins of openGauss against the contract, over plain ssh and with real clients of PostgreSQL."""

import concurrent.futures
import os
import re
import shlex
import signal
import socket
import ssl
import struct
import subprocess
import tarfile
import time
import zipfile

from checks import HERE, Login, eventually, expect, lab, nothing_of, raised
# Modules of the kit, which checks.py has put on the path.
import bundle
import front
import gauss
import keypassword
import node as nodes
import processes
from build import serial
from catalogue import HOSTS, SWITCHES
from model import GAUSS, Lab
from switches import count

BACKUP = "gsql_cert_backup.tar.gz"
SUCCESS = "Replace SSL cert files with local mode successfully."
DISTRIBUTED = "Successfully distributed cert files on all nodes."
BAD_DECRYPT = 'could not load private key file "server.key": bad decrypt'


class Node(Login):
    """A host of a cluster."""

    def bundle(self, name, **options):
        """The path of a ZIP on the host, with new certificates of a new CA, whose keys are quick to make."""
        options.setdefault("algorithm", "ec")
        made = f"{self.host.directory}/tmp/{name}"
        cluster = self.lab.pairs[self.host.pair]
        bundle.make(made, options.pop("password", self.lab.password).encode(), [one.name for one in cluster],
                    [one.address for one in cluster], **options)
        return self.pack(made)

    @staticmethod
    def pack(made):
        with zipfile.ZipFile(f"{made}.zip", "w") as package:
            for name in sorted(os.listdir(made)):
                package.write(f"{made}/{name}", name)
        return f"{made}.zip"

    def replace(self, package, *flags):
        return self.run(f"gs_om -t cert --cert-file={package} {' '.join(flags)}")

    def restart(self):
        code, text = self.run("gs_om -t stop && gs_om -t start")
        expect(code == 0 and "Successfully started" in text, text)

    def installed(self):
        return serial(f"{self.host.data}/server.crt")

    def om(self, name):
        return f"{self.host.gausshome}/share/sslcert/om/{name}"

    def served(self, ha=False):
        """What a new TLS connection meets: the leaf's serial, or the server's own words."""
        with socket.create_connection((self.host.address, self.lab.port + ha), 5) as plain:
            plain.sendall(struct.pack("!ii", 8, front.SSL_REQUEST))
            answer = plain.recv(1)
            if answer != b"S":
                return answer.decode()
            context = ssl.create_default_context()
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
            incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
            session = context.wrap_bio(incoming, outgoing)
            while True:
                try:
                    session.do_handshake()
                    return front.serial_of(ssl.DER_cert_to_PEM_cert(session.getpeercert(True)))
                except ssl.SSLWantReadError:
                    plain.sendall(outgoing.read())
                data = plain.recv(65536)
                if data[:1] == b"E":
                    return re.search(rb"\0M([^\0]*)\0", data)[1].decode()
                if not data:
                    return "end"
                incoming.write(data)

    def psql(self, ha=False, mode="verify-full", certificate=True):
        """Exit code and output of a client that uses the installed client files."""
        words = {"host": self.lab.pairs[self.host.pair][0].name, "hostaddr": self.host.address, "port": self.lab.port + ha,
                 "user": "omm", "dbname": "postgres", "sslmode": mode, "sslrootcert": self.om("cacert.pem")}
        if certificate:
            words |= {"sslcert": self.om("client.crt"), "sslkey": self.om("client.key"),
                      "sslpassword": re.sub(r"(['\\])", r"\\\1", self.lab.password)}
        done = subprocess.run(["psql", "-X", "-A", "-t", " ".join(f"{name}='{value}'" for name, value in words.items()), "-c",
                               "SELECT 'answer'"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              env={"PATH": "/usr/bin:/bin", "HOME": f"{self.host.directory}/tmp"}, check=False)
        return done.returncode, done.stdout.decode()

    def status(self):
        """Exit code and text, without the login's banner."""
        code, text = self.run("gs_om -t status --detail")
        return code, text[text.index("["):] if "[" in text else text


class GaussTests:
    """Each method is one sentence; `five` is a 5.0 cluster, `three` a 3.0 one, `six` one of 6.0 with CM,
    `machines` one of hosts in namespaces, raised by the first test that wants it."""

    def __init__(self, base):
        self.base = base
        self.five, self.three, self.six, self.machines = (f"{base}/{name}" for name in ("five", "three", "six", "cluster"))

    def clusters_of_three_versions_run_side_by_side(self):
        up = ("up", "--target", "opengauss", "--restart-seconds", "0.1")
        with concurrent.futures.ThreadPoolExecutor() as pool:
            list(pool.map(lambda arguments: lab(*arguments), (
                (self.five, *up), (self.three, *up, "--version", "3.0"), (self.six, *up, "--version", "6.0", "--cm"))))
        expect(len({Lab.load(directory).block for directory in (self.five, self.three, self.six)}) == 3, "blocks are shared")

    def status_has_the_forms_of_the_versions(self):
        primary = Node(self.five, "og1a")
        one, two = primary.lab.hosts
        code, text = primary.status()
        expect(code == 0 and re.search(r"cluster_state   : Normal\nredistributing  : No\ncurrent_az      : AZ_ALL\n\n"
                                       r"\[  Datanode State   \]\n\n    nodenode_ip +port +instance +state\n-+\n", text), text)
        rows = [f"{host.number}  {host.name} {host.address:15} {primary.lab.port:<10} {6000 + host.number} {host.data}   {role}\n"
                for host, role in ((one, "P Primary Normal"), (two, "S Standby Normal"))]
        expect(text.endswith("".join(rows)), text)
        joined = Node(self.three, "og1b").status()[1].splitlines()[-1]
        expect(re.fullmatch(r"1  og1a .*dn1   P Primary Normal \| 2  og1b .*dn1   S Standby Normal", joined), joined)
        text = Node(self.six, "og1b").status()[1]
        expect("[  CMServer State   ]" in text and "balanced        : Yes" in text and re.search(
            r"2  og1b 127\S+ +6002 \d+  /\S+/dn1 S Standby Normal\n$", text), text)
        versions = [Node(directory, "og1a").run("gaussdb -V; gs_om -V; gsql -V")[1] for directory in (self.three, self.five, self.six)]
        expect([set(re.findall(r"\(openGauss (\S+) build", text)) for text in versions] == [{"3.0.0"}, {"5.0.0"}, {"6.0.0"}], versions)

    def status_shows_ill_nodes_and_odd_forms_with_exit_code_0(self):
        node = Node(self.five, "og1a")
        for host, name, value, shown in (
                ("og1b", "state-shown", "Standby Catchup", "Degraded.* S Standby Catchup$"),
                ("og1b", "need-repair", "", r"Degraded.* S Standby Need repair\(WAL\)$"),
                ("og1b", "unreachable", "", "Degraded.* S Unknown Unknown$"),
                ("og1b", "standby-down", "", "Degraded.* S Down    Manually stopped$"),
                ("og1b", "replication-down", "", r"Degraded.* S Standby Need repair\(Disconnected\)$"),
                ("og1a", "cluster-state", "Unavailable", "Unavailable.* S Standby Normal$"),
                ("og1a", "header-run-together", "", "Normal.*\n *nodenode_ipportinstancestate\n"),
                ("og1a", "joined-lines", "", r"Normal.* P Primary Normal \| 2  og1b .* S Standby Normal$"),
                ("og1a", "no-port-column", "", r"Normal.*\n1  og1a 127\S+ +6001 /\S+   P Primary Normal\n")):
            lab(self.five, "switch", host, name, *value.split())
            expect(eventually(lambda wanted=shown: (lambda code, text: code == 0 and re.search(
                "cluster_state   : " + wanted, text, re.DOTALL))(*node.status())), f"{name}: {node.status()}")
            lab(self.five, "switch", host, name, "off")
        expect(eventually(lambda: "cluster_state   : Normal" in node.status()[1]), node.status()[1])
        code, text = node.run("gs_ctl query -D $GAUSSHOME/../data/dn1; gsql -d postgres -p 1 -A -t -r -c 'SHOW ssl_cert_file'")
        expect(code == 0 and re.search(r"local_role +: Primary.*state +: Streaming", text, re.DOTALL) and text.endswith("server.crt\n"),
               text)

    def the_variables_may_be_in_a_file_of_their_own(self):
        node = Node(self.five, "og1a")
        expect(node.run("gs_om -t status", login=False)[0] == 0, "~/.bashrc does not give the variables")
        lab(self.five, "switch", "og1a", "separate-environment")
        code, text = node.run(f"echo \"[$GAUSSHOME]\"; {node.host.gphome}/script/gs_om -t status")
        expect(code == 1 and "[]" in text and "GAUSS-51800" in text, text)
        code, text = node.run(". ~/gauss_env && gs_om -t status")
        expect(code == 0 and "Normal" in text, text)
        lab(self.five, "switch", "og1a", "separate-environment", "off")

    def clients_connect_with_their_bundle_and_are_verified(self):
        for name in ("og1a", "og1b"):
            for ha in (False, True):
                code, text = Node(self.five, name).psql(ha)
                expect((code, text) == (0, "answer\n"), text)
        node = Node(self.five, "og1a")
        expect(node.served() == node.served(ha=True) == node.installed(), "another leaf is served")
        expect("plain" not in open_text(f"{node.host.run}/tls"), "the standby does not replicate with TLS")
        node.replace(node.bundle("foreign"), "-L")
        lab(self.five, "switch", "og1a", "uneven-files", "server.crt", "server.key")
        expect("could not load server certificate file" in node.served(), node.served())
        lab(self.five, "switch", "og1a", "uneven-files", "off")
        expect(node.run("gs_om -t cert --rollback -L")[0] == 0 and node.psql()[0] == 0, "not as before")

    def certificates_are_read_for_each_connection_and_the_password_once_a_start(self):
        node, other = Node(self.five, "og1a"), Node(self.five, "og1b")
        for name, options in (("elliptic", {}), ("traditional", {"algorithm": "rsa", "traditional": True})):
            before = node.served()
            code, text = node.replace(node.bundle(name, **options), "-L")
            expect(code == 0 and SUCCESS in text, text)
            expect(node.served() == node.served(ha=True) == node.installed() not in (before, other.served()), f"{name}: {before}")
        expect(count(node.host.directory, "restarts") == 0, "it was restarted")
        code, text = node.replace(node.bundle("renewed", password="Another-1"), "-L")
        expect(code == 0 and SUCCESS in text, text)
        expect(node.served() == node.served(ha=True) == BAD_DECRYPT, node.served())
        expect("cluster_state   : Normal" in node.status()[1] and node.psql(mode="disable")[0] == 0, "the database suffers")
        # Standbys fall back to plain text, and nothing shows it.
        lab(self.five, "switch", "og1b", "replication-down")
        lab(self.five, "switch", "og1b", "replication-down", "off")
        expect(eventually(lambda: "cluster_state   : Normal" in node.status()[1]), node.status()[1])
        node.restart()
        expect(node.served() == node.installed(), node.served())
        os.chmod(f"{node.host.data}/server.key", 0o640)
        expect("group or world access" in node.served(), node.served())
        lab(self.five, "reset")
        expect(node.served() == other.served() == node.installed(), "the reset did not bring back what was")

    def a_list_of_revoked_certificates_counts_after_a_restart(self):
        node = Node(self.five, "og1a")
        package = node.bundle("revoking", crl=True, revoke=True)
        expect(node.replace(package, "-L")[0] == 0 and Node(self.five, "og1b").replace(package, "-L")[0] == 0, "not installed")
        expect(nodes.settings(node.host.data)["ssl_crl_file"] == "sslcrl-file.crl" and node.psql()[0] == 0, "it counts at once")
        node.restart()
        code, text = node.psql()
        expect(code != 0 and "revoked" in text, text)
        expect(node.psql(certificate=False)[0] == 0, "nobody can connect")
        expect(node.replace(node.bundle("pardoning"), "-L")[0] == 0, "not installed")
        expect(nodes.settings(node.host.data)["ssl_crl_file"] == "" and not os.path.exists(f"{node.host.data}/sslcrl-file.crl"),
               "the list is still there")

    def only_the_presence_of_files_is_looked_at(self):
        node = Node(self.five, "og1a")
        made = node.bundle("broken")[:-4]
        for name in ("client.crt", "server.key"):
            with open(f"{made}/{name}", "w", encoding="ascii") as file:
                file.write("rubbish\n")
        for name in ("client.key.pk8", "openssl.cnf"):
            os.unlink(f"{made}/{name}")
        code, text = node.replace(node.pack(made), "-L")
        expect(code == 0 and SUCCESS in text and BAD_DECRYPT in node.served(), f"{text} {node.served()}")
        expect(not os.path.exists(node.om("client.key.pk8")) and not os.path.exists(node.om("openssl.cnf")), "not deleted")
        os.unlink(f"{made}/client.key.rand")
        for command, output, shown in (
                (f"cert --cert-file={node.pack(made)} -L", 1, r"\[GAUSS-50201\] .*Missing SSL client cert file in ZIP file\."),
                (f"cert --cert-file={made}/server.key -L", 1, r"\[GAUSS-50231\]"), ("cert --cert-file=/nowhere -L", 2, r"\[GAUSS-50201\]"),
                ("cert --force", 2, r"\[GAUSS-50000\]"), ("cert", 2, r"\[GAUSS-50001\]")):
            code, text = node.run(f"gs_om -t {command} {3 - output}>/dev/null")
            expect(code == 1 and re.search(shown, text), f"{command}: {text}")
        modes = {f"{os.stat(node.om(name)).st_mode & 0o777:o}" for name in os.listdir(node.om(""))}
        expect(modes == {"600"}, str(modes))
        lab(self.five, "reset")

    def one_unreachable_node_keeps_all_from_being_backed_up(self):
        node, other = Node(self.five, "og1a"), Node(self.five, "og1b")
        before = node.installed()
        lab(self.five, "switch", "og1b", "unreachable")
        code, text = node.replace(node.bundle("lonely"))
        lab(self.five, "switch", "og1b", "unreachable", "off")
        expect(code == 1 and "og1b" in text and "There is no need to backup on all dbnodes." in text, text)
        expect(node.installed() != before == other.installed(), "not a mixture")
        expect(not os.path.exists(f"{node.host.data}/{BACKUP}") and not os.path.exists(node.om(BACKUP)), "a backup was made")

    def the_nodes_are_replaced_and_rolled_back_by_ssh(self):
        node, other = Node(self.five, "og1b"), Node(self.five, "og1a")
        first = (node.installed(), other.installed())
        code, text = node.run("gs_om -t cert --rollback -L")
        expect(code == 0 and text.endswith("There is not node data exists backup files.\n"), text)
        code, text = node.run("gs_om -t cert --rollback")
        expect(code == 1 and f"[GAUSS-50201] : The {BACKUP} does not exist.Can't rollback SSL cert files on ['og1a', 'og1b']." in text,
               text)
        code, text = node.replace(node.bundle("wide"))
        expect(code == 0 and text.endswith(f"{DISTRIBUTED}\n") and node.installed() == other.installed() not in first, text)
        expect(serial(node.om("server.crt")) == serial(other.om("server.crt")) == node.installed(), "the om directories differ")
        for _ in range(2):
            code, text = node.run("gs_om -t cert --rollback")
            expect(code == 0 and text.endswith("Successfully rollback SSL cert files on [og1a].\n"
                                               "Successfully rollback SSL cert files on [og1b].\n"), text)
            expect(first == (node.installed(), other.installed()), "not rolled back")
            expect(first == (serial(node.om("server.crt")), serial(other.om("server.crt"))), "not all is rolled back")

    def uneven_files_leave_a_flag_and_a_backup_of_nothing(self):
        node, other = Node(self.five, "og1a"), Node(self.five, "og1b")
        names = ("cacert.pem", "server.crt", "server.key", "server.key.cipher", "server.key.rand")
        lab(self.five, "switch", "og1b", "uneven-files", *names)
        package = node.bundle("uneven")
        code, text = node.replace(package)
        expect(code == 1 and os.path.exists(f"{node.host.data}/certFlag") and os.path.exists(f"{other.host.data}/certFlag"), text)
        code, text = node.replace(package)
        expect(code == 0 and "There is no need to backup" in text and not os.path.exists(f"{node.host.data}/certFlag"), text)
        code, text = node.run("gs_om -t cert --rollback")
        expect(code == 0 and os.path.exists(f"{node.host.data}/server.crt"), text)
        expect(not any(os.path.exists(f"{other.host.data}/{name}") for name in names), "it still has certificates")

    def a_signal_leaves_keys_behind_and_a_flag(self):
        node = Node(self.five, "og1a")
        lab(self.five, "switch", "og1a", "cert-hangs")
        package = node.bundle("hanging")
        with concurrent.futures.ThreadPoolExecutor() as pool:
            call = pool.submit(node.replace, package)
            expect(eventually(lambda: processes.with_arguments(f"--cert-file={package}") and os.path.exists(
                f"{node.host.pghost}/tempCertDir/server.key")), "nothing was unpacked")
            for pid, _ in processes.with_arguments(f"{node.host.gphome}/script/gs_om", f"--cert-file={package}"):
                os.kill(pid, signal.SIGTERM)
            call.result()
        left = os.listdir(node.host.pghost)
        expect("tempCertDir" in left and any(name.startswith(".action_flag_file_") for name in left), str(left))

    def every_way_to_fail_shows_its_code_and_text(self):
        lab(self.five, "reset")
        node, before = Node(self.five, "og1a"), Node(self.five, "og1a").installed()
        package = node.bundle("failing")
        for name, value, action, code, shown in (
                ("cert-says-success-but-nothing", "", lambda: node.replace(package, "-L"), 0, SUCCESS),
                ("cert-fails-half", "", lambda: node.replace(package, "-L"), 1, "GAUSS-51400"),
                ("cert-exit-1-after-success", "", lambda: node.replace(package, "-L"), 1, SUCCESS),
                ("stop-fails", "", lambda: node.run("gs_om -t stop -h og1a"), 1, "GAUSS-51610"),
                ("start-degraded", "", lambda: node.run("gs_om -t start"), 1, "GAUSS-51607.*last check results were Degraded"),
                ("status-fails", "", lambda: node.run("gs_om -t status"), 1, "GAUSS-51632"),
                ("status-garbage", "", lambda: node.run("gs_om -t status | wc -c"), 0, "2000")):
            lab(self.five, "switch", "og1a", name, *value.split())
            found, text = action()
            lab(self.five, "switch", "og1a", name, "off")
            expect(found == code and re.search(shown, text, re.DOTALL), f"{name}: {found} {text}")
            if name == "cert-says-success-but-nothing":
                expect(node.installed() == before, "something changed")
            elif name == "cert-fails-half":
                expect(node.installed() != before and "check of private key failed" in node.served(), f"not half a change: {node.served()}")
        for name, made in (("cert-flag", f"{node.host.data}/certFlag"), ("temp-cert-dir", f"{node.host.pghost}/tempCertDir/server.key"),
                           ("other-file-names", f"{node.host.data}/other.key")):
            lab(self.five, "switch", "og1a", name)
            expect(os.path.exists(made), name)
            lab(self.five, "switch", "og1a", name, "off")
            expect(not os.path.exists(made), name)
        lab(self.five, "switch", "og1a", "ssl-off")
        expect(node.served() == "N" and "off" in node.run("gsql -A -t -c 'SHOW ssl'")[1], node.served())
        lab(self.five, "switch", "og1a", "gs-om-running")
        expect(eventually(lambda: "gs_om -t refreshconf" in node.run("ps -u $(id -u) -o args")[1]), "no gs_om runs")
        lab(self.five, "switch", "og1a", "gs-om-running", "off")

    def a_cluster_stops_and_starts_as_a_whole_or_by_node(self):
        node, other = Node(self.six, "og1a"), Node(self.six, "og1b")
        code, text = node.run("gs_om -t stop")
        expect(code == 0 and "\n\nStopping cluster.\n" in text and text.endswith("End stop cluster.\n"), text)
        expect(node.run("gs_om -t stop")[0] == 0, "a stopped cluster is not stopped")
        text = node.status()[1]
        expect("can't connect to cm_server" in text and "Datanode State" not in text, text)
        code, text = node.run("gs_om -t start -h og1a")
        expect(code == 0 and "P Primary Normal" in node.status()[1] and "Degraded" in node.status()[1], text)
        lab(self.six, "switch", "og1b", "start-fails", "once")
        code, text = node.run("gs_om -t start")
        expect(code == 1 and "GAUSS-51607" in text and "[FAILURE] og1b" in text, text)
        code, text = node.run("gs_om -t start")
        expect(code == 0 and text.endswith("Successfully started cluster.\n"), text)
        lab(self.six, "switch", "og1b", "stays-degraded")
        lab(self.six, "switch", "og1a", "start-timeout", "0.3")
        code, text = node.run("gs_om -t start")
        expect(code == 1 and "After startup, the last check results were Degraded" in text and other.psql()[0] == 0, text)
        expect((count(node.host.directory, "restarts"), count(other.host.directory, "restarts")) == (1, 1), "wrongly counted")
        expect(f"{os.stat(node.host.gausshome + '/share/sslcert/cm/server.key').st_mode & 0o777:o}" == "400", "a loose mode")

    def a_start_knows_the_roles_of_the_installation_only_unless_refreshed(self):
        node = Node(self.six, "og1a")
        lab(self.six, "switch", "og1b", "stays-degraded", "off")
        lab(self.six, "switch", "og1a", "start-timeout", "off")
        lab(self.six, "switch", "og1b", "switched-over")
        expect("balanced        : No" in node.status()[1] and re.search("P Standby Normal.*S Primary Normal", node.status()[1], re.DOTALL),
               node.status()[1])
        node.restart()
        expect("P Primary Normal" in node.status()[1], node.status()[1])
        lab(self.six, "switch", "og1b", "switched-over")
        expect(node.run("gs_om -t refreshconf")[0] == 0, "refreshconf failed")
        node.restart()
        expect("S Primary Normal" in node.status()[1], node.status()[1])

    def before_version_5_the_data_directory_alone_is_replaced(self):
        node = Node(self.three, "og1a")
        package = node.bundle("older")
        expect(node.replace(package, "-L")[0] == 0 and node.served() == node.installed(), "not installed")
        expect(not os.path.exists(node.om("")) and not os.path.exists(f"{node.host.data}/client.crt"), "more than that was installed")
        with tarfile.open(f"{node.host.data}/{BACKUP}") as archive:
            expect(sorted(archive.getnames()) == ["cacert.pem", "server.crt", "server.key", "server.key.cipher", "server.key.rand"],
                   str(archive.getnames()))

    def key_passwords_are_written_as_the_server_writes_them(self):
        """The vector is one that the server's own code wrote."""
        cipher = bytes.fromhex("ca4e726207715059dbe7b2241b066a31082f25cf249e631282b2fce3a1cfb529915de8a2690cb0caeafa781a5c424c9c"
                               "29d00000ba753142")
        expect(keypassword.unseal(cipher, bytes.fromhex("5b7ea9fb69e1a1b01458af7c6a7663c763746f72580be1da")) == b"Gauss@12", "vector")
        node = Node(self.three, "og1b")
        code, text = node.run("gs_guc encrypt -M server -D ~", ["Secret-'7"])
        expect(code == 0 and "Secret" not in text and keypassword.read_pair(f"{node.host.home}/server") == b"Secret-'7", text)
        expect(node.run("gs_guc encrypt -M client -D ~ -K short")[0] == 1, "a short password was taken")
        lab(self.three, "switch", "og1b", "encrypt-writes-nothing")
        code, text = node.run("gs_guc encrypt -M client -D ~ -K Secret-7")
        expect(code == 0 and not os.path.exists(f"{node.host.home}/client.key.rand"), text)
        expect("Secret" not in open_text(f"{node.host.run}/calls"), "a password was written down")

    def every_switch_of_opengauss_is_used_and_every_used_one_is_listed(self):
        used = {"separate-environment", *HOSTS}
        places = [f"{HERE}/kit/{name}.py" for name in ("node", "certs", "gauss", "gaussstatus")]
        for place in places + [f"{HERE}/stand-ins/gauss/{name}" for name in gauss.PROGRAMS]:
            text = open_text(place)
            used |= set(re.findall(r"(?:switched|cut_off)\((?:[\w.]+, )?\"([a-z0-9-]+)\"", text))
            used |= set(re.findall(r"\"([a-z-]+)\": switch_", text))
        expect(used == set(SWITCHES[GAUSS]), f"differ: {sorted(used ^ set(SWITCHES[GAUSS]))}")

    def machine(self, name):
        if not os.path.exists(f"{self.machines}/lab.json"):
            raised(self.machines, "up", "--target", "opengauss", "--hosts", "namespaces", "--restart-seconds", "0.1")
        return Node(self.machines, name, "omm")

    def a_machine_of_a_cluster_has_the_product_at_paths_of_its_own(self):
        node = self.machine("og1a")
        code, text = node.run("id -un; hostname; echo $GAUSSHOME; gs_ctl query -D /opt/opengauss/data/dn1")
        expect(code == 0 and re.search(r"omm\nog1a\n/opt/opengauss/app\n.*local_role +: Primary", text, re.DOTALL), text)
        expect(node.served() == node.served(ha=True) == node.installed(), "it does not serve what is installed")

    def certificates_are_replaced_on_all_machines_by_one_of_them(self):
        both = [self.machine(name) for name in ("og1a", "og1b")]
        # Made from outside, by root.
        os.chmod(both[0].bundle("machines"), 0o644)
        code, text = both[0].replace("/tmp/machines.zip")
        expect(code == 0 and DISTRIBUTED in text, text)
        expect(len({leaf for node in both for leaf in (node.installed(), node.served())}) == 1, "they differ")
        both[1].restart()

    def a_killed_machine_of_a_cluster_boots_as_the_node_it_was(self):
        for name, other, word in (("og1b", "og1a", "Degraded"), ("og1a", "og1b", "Unavailable")):
            node = self.machine(other)
            lab(self.machines, "kill", name)
            expect(eventually(lambda word=word, node=node: word in node.status()[1]), node.status()[1])
            expect("down" in lab(self.machines, "status"), "the status does not show it")
            lab(self.machines, "boot", name)
            expect(eventually(lambda node=node: ": Normal" in node.status()[1], 20), node.status()[1])

    def parted_machines_of_a_cluster_find_each_other_again(self):
        one = self.machine("og1a")
        lab(self.machines, "cut", "og1a", "og1b")
        expect("Unknown" in one.status()[1], "they see each other")
        lab(self.machines, "heal")
        expect(eventually(lambda: ": Normal" in one.status()[1], 20), one.status()[1])

    def a_reset_cluster_of_machines_has_no_fault(self):
        self.machine("og1a").run("touch ~/more")
        lab(self.machines, "fill", "og1a")
        lab(self.machines, "freeze", "og1b")
        lab(self.machines, "reset")
        code, text = self.machine("og1a").run("ls ~/more; gs_om -t status")
        expect(code == 0 and "No such file" in text and ": Normal" in text, text)
        expect("loopback" in lab(self.machines, "switch", "og1b", "standby-down", check=False), "the switch was taken")

    def nothing_remains_of_a_cluster_of_machines(self):
        self.machine("og1a").run("setsid sleep 1000000 >/dev/null 2>&1 & echo started")
        lab(self.machines, "kill", "og1b")
        nothing_of(self.machines)

    def nothing_remains_of_clusters_whose_processes_were_killed(self):
        host = Node(self.five, "og1a").host
        shell = shlex.quote(f"setsid {host.gphome}/script/gs_om -t status")
        lab(self.five, "switch", "og1a", "status-hangs")
        hanging = subprocess.Popen([f"{HERE}/lab", "--dir", self.five, "ssh", "og1a", f"bash -lc {shell}"], stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL)
        expect(eventually(lambda: processes.with_arguments(f"{host.gphome}/script/gs_om")), "the command did not start")
        memory = open_text(f"{host.database}/data/postmaster.pid").splitlines()[6].split()[1]
        for pid in (nodes.postmaster(f"{host.database}/data"), processes.recorded(f"{host.run}/front.pid"),
                    processes.recorded_sshd(host.directory)):
            os.kill(pid, signal.SIGKILL)
        expect(memory in shared_memory(), "there is no shared memory that could be left")
        for directory in (self.five, self.three, self.six):
            directories = {f"{one.database}/data" for one in Lab.load(directory).hosts}
            nothing_of(directory)
            expect(not processes.with_directory(directories), "PostgreSQL still runs")
        hanging.wait(timeout=10)
        expect(memory not in shared_memory(), "shared memory is left")

    def nothing_remains_of_a_cluster_killed_while_it_starts(self):
        directory = f"{self.base}/partial-cluster"
        for delay in (0.5, 1.3):
            starting = subprocess.Popen([f"{HERE}/lab", "--dir", directory, "up", "--target", "opengauss"], stdout=subprocess.DEVNULL)
            expect(eventually(lambda: os.path.exists(f"{directory}/lab.json")), "it did not start")
            time.sleep(delay)
            starting.kill()
            starting.wait()
            nothing_of(directory)


def shared_memory():
    """The identifiers of this machine's System V segments."""
    done = subprocess.run(["ipcs", "-m"], stdout=subprocess.PIPE, check=True)
    return {words[1] for words in map(str.split, done.stdout.decode().splitlines()) if len(words) > 5}


def open_text(path):
    with open(path, encoding="utf-8") as file:
        return file.read()
