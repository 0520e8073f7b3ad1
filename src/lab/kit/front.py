#!/usr/bin/python3
"""front.py HOST_DIRECTORY: the TLS of a stand-in openGauss node, on its port and its HA port, before the PostgreSQL behind it.

PostgreSQL itself does neither of the two things that matter here (contract: TLS of the server): certificate, key, CA and CRL
are read anew for each connection, while the key's password is read once and kept until the process ends. The names of the files
and whether TLS is on are settings of the start."""

import os
import select
import signal
import socket
import ssl
import stat
import struct
import sys
import threading
import time

import keypassword
import node
import processes

SSL_REQUEST, GSS_REQUEST = 80877103, 80877104
PATIENCE = 30


class Refused(Exception):
    """The certificate files do not do; the text is what the server says."""


def serial_of(pem):
    """The serial number of the first certificate in a file, in openssl's way to write it."""
    der = ssl.PEM_cert_to_DER_cert(pem[pem.index("-----BEGIN CERTIFICATE"):].partition("-----END CERTIFICATE-----")[0]
                                   + "-----END CERTIFICATE-----\n")

    def element(at):
        length, at = der[at + 1], at + 2
        if length & 0x80:
            count = length & 0x7F
            length, at = int.from_bytes(der[at:at + count], "big"), at + count
        return at, at + length

    at = element(element(0)[0])[0]
    if der[at] == 0xA0:
        at = element(at)[1]
    begin, end = element(at)
    number = der[begin:end].hex().upper()
    return number[2:] if number.startswith("00") and len(number) > 2 else number


class Front:
    def __init__(self, here):
        self.here = here
        self.settings = node.settings(here.data)
        self.password = None
        self.lock = threading.Lock()

    def path(self, setting):
        name = self.settings.get(setting, "")
        return name, os.path.join(self.here.data, name)

    def note(self, *words):
        """What happened to a connection, a line in lab/run/tls."""
        with self.lock, open(f"{self.here.run}/tls", "a", encoding="utf-8") as file:
            file.write(f"{time.time():.3f} {' '.join(str(word) for word in words)}\n")

    @staticmethod
    def demand(what, name, path, link=True):
        try:
            found = os.stat(path) if link else os.lstat(path)
        except OSError as error:
            raise Refused(f'could not load {what} "{name}": {error.strerror}') from None
        if not stat.S_ISREG(found.st_mode):
            raise Refused(f'{what} "{name}" is not a regular file')
        if stat.S_IMODE(found.st_mode) not in (0o600, 0o400):
            raise Refused(f'{what} "{name}" has group or world access')

    def key_password(self, name, path):
        """Read at first use, and never again."""
        with self.lock:
            if self.password is None:
                prefix = path.removesuffix(".key")
                for suffix in ("cipher", "rand"):
                    if not os.path.lexists(f"{prefix}.key.{suffix}"):
                        return b""
                    self.demand("key password file", f"{name}.{suffix}", f"{prefix}.key.{suffix}", link=False)
                try:
                    self.password = keypassword.read_pair(prefix)
                except keypassword.BadPair:
                    raise Refused(f'could not decrypt the password of private key file "{name}"') from None
            return self.password

    def context(self):
        """The TLS of one connection and the serial of its leaf."""
        certificate, certificate_path = self.path("ssl_cert_file")
        key, key_path = self.path("ssl_key_file")
        authority, authority_path = self.path("ssl_ca_file")
        revoked, revoked_path = self.path("ssl_crl_file")
        self.demand("server certificate file", certificate, certificate_path)
        self.demand("private key file", key, key_path)
        password = self.key_password(key, key_path)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        try:
            with open(certificate_path, encoding="ascii") as file:
                leaf = serial_of(file.read())
        except (ValueError, IndexError, OSError):
            raise Refused(f'could not load server certificate file "{certificate}": no start line') from None
        try:
            context.load_cert_chain(certificate_path, key_path, lambda: password)
        except ssl.SSLError as error:
            # Openssl's words for a pair that does not fit, the second where it is not even of one kind.
            if error.reason in ("KEY_VALUES_MISMATCH", "NO_CERTIFICATE_ASSIGNED"):
                raise Refused(f"check of private key failed: {error.reason.lower().replace('_', ' ')}") from None
            raise Refused(f'could not load private key file "{key}": bad decrypt') from None
        except OSError as error:
            raise Refused(f'could not load private key file "{key}": {error.strerror}') from None
        if authority:
            self.demand("root certificate file", authority, authority_path)
            try:
                context.load_verify_locations(authority_path)
            except (ssl.SSLError, OSError):
                raise Refused(f'could not load root certificate file "{authority}": no certificate or crl found') from None
            context.verify_mode = ssl.CERT_OPTIONAL
        if revoked:
            self.demand("SSL certificate revocation list file", revoked, revoked_path)
            try:
                context.load_verify_locations(revoked_path)
            except (ssl.SSLError, OSError):
                raise Refused(f'could not load SSL certificate revocation list file "{revoked}"') from None
            # As the server sets X509_V_FLAG_CRL_CHECK alone: of the CAs above a client's issuer it wants no list.
            context.verify_flags |= ssl.VERIFY_CRL_CHECK_LEAF
        return context, leaf

    def serve(self, port):
        listener = socket.create_server((self.here.address, port), backlog=200)
        threading.Thread(target=self.accept, args=(listener, port), daemon=True).start()

    def accept(self, listener, port):
        while True:
            client, peer = listener.accept()
            threading.Thread(target=self.connection, args=(client, peer[0], port), daemon=True).start()

    def connection(self, client, address, port):
        try:
            with client:
                client.settimeout(PATIENCE)
                self.greet(client, address, port)
        except (OSError, EOFError, ValueError):
            pass

    def greet(self, client, address, port):
        first = exactly(client, 8)
        while struct.unpack("!ii", first)[1] in (SSL_REQUEST, GSS_REQUEST):
            if struct.unpack("!ii", first)[1] == SSL_REQUEST and self.settings.get("ssl") == "on":
                client.sendall(b"S")
                self.secure(client, address, port)
                return
            client.sendall(b"N")
            first = exactly(client, 8)
        self.note(port, "plain", address)
        self.forward(client, address, first)

    def secure(self, client, address, port):
        try:
            context, leaf = self.context()
        except Refused as refusal:
            self.note(port, "refused", address, refusal)
            # Where a ServerHello is due; after the ClientHello, for an unread one would tear the connection down.
            client.recv(65536)
            client.sendall(error_response(str(refusal)))
            client.shutdown(socket.SHUT_WR)
            client.settimeout(1)
            client.recv(65536)
            return
        try:
            with context.wrap_socket(client, server_side=True) as secure:
                name = dict(pair[0] for pair in secure.getpeercert().get("subject", ())) if secure.getpeercert() else {}
                self.note(port, "served", address, leaf, secure.version(), name.get("commonName", "-"))
                self.forward(secure, address, b"")
        except ssl.SSLError as error:
            self.note(port, "failed", address, leaf, error)

    def forward(self, client, address, first):
        """To PostgreSQL, which sees the client's own address where that is one of this machine's."""
        source = (address, 0) if address.startswith("127.") else None
        with socket.create_connection((self.here.address, self.here.database_port), PATIENCE, source) as server:
            server.sendall(first)
            client.setblocking(False)
            while True:
                pending = getattr(client, "pending", int)()
                readable = [client] if pending else select.select([client, server], [], [])[0]
                if client in readable:
                    try:
                        data = client.recv(65536)
                        if not data:
                            return
                        server.sendall(data)
                    except (ssl.SSLWantReadError, BlockingIOError):
                        pass
                if server in readable:
                    data = server.recv(65536)
                    if not data:
                        return
                    send(client, data)


def send(client, data):
    """All of it, to a socket that does not block."""
    while data:
        try:
            data = data[client.send(data):]
        except (ssl.SSLWantWriteError, BlockingIOError):
            select.select([], [client], [])
        except ssl.SSLWantReadError:
            select.select([client], [], [])


def exactly(client, count):
    data = b""
    while len(data) < count:
        piece = client.recv(count - len(data))
        if not piece:
            raise EOFError
        data += piece
    return data


def error_response(message):
    fields = b"".join(kind + text.encode() + b"\0" for kind, text in ((b"S", "FATAL"), (b"C", "08000"), (b"M", message))) + b"\0"
    return b"E" + struct.pack("!i", len(fields) + 4) + fields


def main():
    here = node.Node(sys.argv[1])
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    front = Front(here)
    for port in (here.port, here.port + 1):
        front.serve(port)
    processes.record(f"{here.run}/front.pid", os.getpid())
    while True:
        signal.pause()


if __name__ == "__main__":
    main()
