"""Certificates for an openGauss cluster, made by openssl: those a lab begins with, and bundles for the lab's own test."""

import os
import subprocess
import tempfile

import keypassword
from build import read, run, write

CNF = "# openssl.cnf\n[req]\ndistinguished_name = names\n[names]\n"
EXTENSIONS = {"ca": "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\n",
              "server": "basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature,keyEncipherment\n"
                        "extendedKeyUsage=serverAuth\nsubjectAltName=",
              "client": "basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature,keyEncipherment\n"
                        "extendedKeyUsage=clientAuth\n"}
DAYS = 3650
ALGORITHMS = {"rsa": ("-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"),
              "ec": ("-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256")}


def make(directory, password, names, addresses, algorithm="rsa", traditional=False, crl=False, revoke=False, days=DAYS):
    """All files of a bundle with a CA of its own, whose key is not kept; with `crl` a list that revokes nothing, or the
    client's own certificate. The password, in bytes, is that of both keys and reaches openssl on standard input."""
    os.makedirs(directory, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=directory) as work:
        making = [subprocess.Popen(["openssl", "genpkey", *ALGORITHMS[algorithm], "-out", f"{work}/{name}.key"],
                                   stderr=subprocess.DEVNULL) for name in ("ca", "server", "client")]
        alternatives = ",".join([*(f"DNS:{name}" for name in names), *(f"IP:{address}" for address in addresses)])
        for name, text in EXTENSIONS.items():
            write(f"{work}/{name}.ext", text + (alternatives + "\n" if name == "server" else ""))
        for process in making:
            process.wait()
        for name, subject in (("ca", "/O=openGauss/CN=Database CA"), ("server", f"/O=openGauss/CN={names[0]}"),
                              ("client", "/O=openGauss/CN=omm")):
            signing = ("-signkey", f"{work}/ca.key") if name == "ca" else ("-CA", f"{work}/ca.crt", "-CAkey", f"{work}/ca.key")
            run("openssl", "req", "-new", "-sha256", "-key", f"{work}/{name}.key", "-subj", subject, "-out", f"{work}/{name}.csr")
            run("openssl", "x509", "-req", "-sha256", "-in", f"{work}/{name}.csr", *signing, "-days", str(days), "-set_serial",
                f"0x4{os.urandom(16).hex()[1:]}", "-extfile", f"{work}/{name}.ext", "-out", f"{work}/{name}.crt")
        write(f"{directory}/cacert.pem", read(f"{work}/ca.crt"))
        form = (("rsa" if algorithm == "rsa" else "ec", "-aes256", *(("-traditional",) if algorithm == "rsa" else ()))
                if traditional else ("pkcs8", "-topk8", "-v2", "aes-256-cbc"))
        for name in ("server", "client"):
            write(f"{directory}/{name}.crt", read(f"{work}/{name}.crt"))
            run("openssl", *form, "-in", f"{work}/{name}.key", "-passout", "stdin", "-out", f"{work}/{name}.sealed",
                input=password + b"\n")
            write(f"{directory}/{name}.key", read(f"{work}/{name}.sealed"))
            keypassword.write_pair(f"{directory}/{name}", password)
        run("openssl", "pkcs8", "-topk8", "-nocrypt", "-outform", "DER", "-in", f"{work}/client.key", "-out",
            f"{directory}/client.key.pk8")
        write(f"{directory}/openssl.cnf", CNF)
        if crl:
            make_crl(directory, work, revoke)


def make_crl(directory, work, revoke):
    write(f"{work}/index", "")
    write(f"{work}/ca.conf", f"[ca]\ndefault_ca = it\n[it]\ndatabase = {work}/index\ndefault_md = sha256\n"
                             "default_crl_days = 30\n")
    signer = ("-config", f"{work}/ca.conf", "-cert", f"{work}/ca.crt", "-keyfile", f"{work}/ca.key")
    if revoke:
        run("openssl", "ca", *signer, "-revoke", f"{work}/client.crt")
    run("openssl", "ca", *signer, "-gencrl", "-out", f"{directory}/sslcrl-file.crl")
