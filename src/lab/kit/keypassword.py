"""The files PREFIX.key.cipher and PREFIX.key.rand, which keep a key's password (contract: Key password): an implementation of
the lab's own, so that what it writes and reads proves something about the software under test."""

import hashlib
import os
import subprocess

LONGEST = 15
SPECIALS = "~!@#$%^&*()-_=+\\|[{}];:,<.>/?"
ITERATIONS = 10000


class BadPair(Exception):
    """The files do not hold a password."""


def checksum(data):
    """A CRC whose table is of the reflected polynomial while the bytes come in at the other end."""
    table = []
    for index in range(256):
        for _ in range(8):
            index = (index >> 1) ^ (0xEDB88320 if index & 1 else 0)
        table.append(index)
    value = 0xFFFFFFFF
    for byte in data:
        value = table[(value >> 24) ^ byte] ^ (value << 8 & 0xFFFFFFFF)
    return (value ^ 0xFFFFFFFF).to_bytes(4, "little")


def is_legal(password):
    kinds = (any("A" <= letter <= "Z" for letter in password), any("a" <= letter <= "z" for letter in password),
             any("0" <= letter <= "9" for letter in password), any(letter in SPECIALS for letter in password))
    return 8 <= len(password.encode()) <= LONGEST and sum(kinds) >= 3


def block(direction, work_key, salt, vector, data):
    """One block of AES-128-CBC without padding; the derived key, never the password, is an argument of openssl."""
    key = hashlib.pbkdf2_hmac("sha256", work_key, salt, ITERATIONS, 16)
    done = subprocess.run(["openssl", "enc", direction, "-aes-128-cbc", "-nopad", "-K", key.hex(), "-iv", vector.hex()],
                          input=data, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True)
    return done.stdout


def seal(password):
    """The two files' contents for these bytes."""
    if len(password) > LONGEST:
        raise ValueError("too long")
    work_key, salt, vector = os.urandom(16), os.urandom(16), os.urandom(16)
    sealed = block("-e", work_key, salt, vector, (password + b"\x80").ljust(16, b"\0"))
    cipher = sealed + b"\0" + salt + b"\0" + vector + b"\0\0"
    rand = work_key + bytes(4)
    return cipher + checksum(cipher), rand + checksum(rand)


def unseal(cipher, rand):
    if len(cipher) != 56 or len(rand) != 24:
        raise BadPair("wrong size")
    if checksum(cipher[:52]) != cipher[52:] or checksum(rand[:20]) != rand[20:]:
        raise BadPair("wrong checksum")
    plain = block("-d", rand[:16], cipher[17:33], cipher[34:50], cipher[:16])
    password, mark, padding = plain.rpartition(b"\x80")
    if not mark or padding.strip(b"\0"):
        raise BadPair("wrong padding")
    return password


def write_pair(prefix, password):
    for suffix, content in zip(("cipher", "rand"), seal(password)):
        path = f"{prefix}.key.{suffix}"
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(content)


def read_pair(prefix):
    contents = []
    for suffix in ("cipher", "rand"):
        with open(f"{prefix}.key.{suffix}", "rb") as file:
            contents.append(file.read(100))
    return unseal(*contents)
