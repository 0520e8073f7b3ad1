package hacert.opengauss;

import hacert.host.HostException;
import hacert.result.Finding;
import hacert.target.Bundle;
import hacert.target.Secret;
import hacert.x509.Certificates;
import hacert.x509.Keyring;
import hacert.x509.PemKeys;
import hacert.x509.UnreadableCertificateException;
import hacert.x509.UnreadableKeyException;
import hacert.x509.UnreadableKeyException.Reason;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Rules for the key of one side, and for the two files of its password. */
final class KeyRules {
  /** About a twentieth of a second of work, for which each new connection waits. */
  private static final int MOST_USUAL_COST = 100_000;

  /** What openssl gives to scrypt, in bytes, where nobody asks for more. */
  private static final long MOST_MEMORY = 32L << 20;

  private final Side side;
  private final Bundle bundle;
  private final Optional<Secret> wanted;
  private final List<Finding> findings = new ArrayList<>();

  /**
   * @param wanted the password that the key should have; empty: that of its own two files
   */
  KeyRules(Side side, Bundle bundle, Optional<Secret> wanted) {
    this.side = side;
    this.bundle = bundle;
    this.wanted = wanted;
  }

  /**
   * @param shown the certificates of this side; where there are none, the key fits what it likes
   */
  List<Finding> check(List<X509Certificate> shown) {
    Optional<Secret> own = own();
    try {
      Optional<Secret> password = own.or(() -> wanted);
      if (password.isPresent()) {
        char[] chars = password.get().chars();
        try {
          pem(chars, own.isPresent(), shown);
          if (side == Side.CLIENT && bundle.files().containsKey(ServerBundle.JDBC_KEY)) {
            jdbc(chars, shown);
          }
        } finally {
          Arrays.fill(chars, '\0');
        }
      }
    } finally {
      own.ifPresent(Secret::close);
    }
    return findings;
  }

  private Optional<Secret> own() {
    try {
      Secret own =
          KeyPassword.decrypt(bundle.files().get(side.cipher()), bundle.files().get(side.rand()));
      if (wanted.isPresent() && !same(own, wanted.get())) {
        error(
            "KEY_PASSWORD_DIFFERS",
            side.cipher() + " and " + side.rand() + " hold another password than the given one.",
            "Give the password that they were made from, or make them anew with hacert"
                + " key-password encrypt.");
      }
      return Optional.of(own);
    } catch (HostException e) {
      Finding finding = e.finding();
      error(finding.code(), side.key() + ": " + finding.message(), finding.remedy());
      return Optional.empty();
    }
  }

  private static boolean same(Secret one, Secret other) {
    byte[] first = one.copy();
    byte[] second = other.copy();
    boolean same = MessageDigest.isEqual(first, second);
    Arrays.fill(first, (byte) 0);
    Arrays.fill(second, (byte) 0);
    return same;
  }

  private void pem(char[] password, boolean own, List<X509Certificate> shown) {
    try {
      byte[] pem = bundle.files().get(side.key());
      PemKeys.Description described = PemKeys.describe(pem);
      encryption(described);
      if (!described.encrypted()) {
        error(
            "KEY_NOT_ENCRYPTED",
            side.key() + " is not encrypted: whoever reads the file has the key.",
            "Encrypt it with openssl pkcs8 -topk8 -v2 aes-256-cbc and the password of "
                + side.cipher()
                + "; if others could read it, make a new key.");
      }
      fits(side.key(), PemKeys.read(pem, password), shown);
    } catch (UnreadableKeyException e) {
      unreadable(side.key(), own ? " with the password in " + side.cipher() + " and .rand" : "", e);
    }
  }

  /** The server and libpq open these keys by openssl, the server for each new connection. */
  private void encryption(PemKeys.Description described) {
    if (described.legacy()) {
      error(
          "KEY_ENCRYPTION_OLD",
          side.key()
              + " is encrypted in a way that openssl from version 3 cannot open: "
              + described.text()
              + ". New connections would fail.",
          "Encrypt it again, with the same password: openssl pkcs8 -topk8 -v2 aes-256-cbc, with"
              + " -provider legacy -provider default to open it.");
    } else if (described.memory() > MOST_MEMORY) {
      error(
          "KEY_ENCRYPTION_MEMORY",
          side.key()
              + " takes more memory to open than the "
              + (MOST_MEMORY >> 20)
              + " MiB that openssl gives to scrypt: "
              + described.text()
              + ". New connections would fail.",
          "Encrypt it again with the tool that made it, with the same password, by PBKDF2 or with N"
              + " of at most 16384: openssl cannot open it.");
    } else if (described.cost() > MOST_USUAL_COST) {
      findings.add(
          Finding.warning(
              "KEY_ENCRYPTION_SLOW",
              side.key()
                  + " takes long to open, and is opened for each new connection: "
                  + described.text()
                  + ".",
              "Encrypt it again with fewer iterations: the password lies in a file beside it, so that"
                  + " they protect nothing. openssl pkcs8 -topk8 -v2 aes-256-cbc -iter 2048."));
    }
  }

  private void jdbc(char[] password, List<X509Certificate> shown) {
    String name = ServerBundle.JDBC_KEY;
    Keyring ring = new Keyring();
    try {
      ring.add(bundle.files().get(name), password);
      if (ring.keys().size() != 1 || PemKeys.present(bundle.files().get(name))) {
        error(
            "KEY_UNREADABLE",
            name + " should hold one private key in DER form, and does not.",
            "Make it from client.key: openssl pkcs8 -topk8 -outform DER.");
        return;
      }
      if (ring.plainKey()) {
        findings.add(
            Finding.warning(
                "KEY_NOT_ENCRYPTED",
                name + " is not encrypted: whoever reads the file has the key.",
                "Encrypt it with the password of client.key, which JDBC takes as sslpassword."));
      }
      fits(name, ring.keys().get(0), shown);
    } catch (UnreadableKeyException e) {
      unreadable(name, " with the password of " + side.key(), e);
    } catch (UnreadableCertificateException e) {
      error(
          "KEY_UNREADABLE",
          name + " cannot be read: " + e.getMessage() + ".",
          "Make it from client.key: openssl pkcs8 -topk8 -outform DER.");
    }
  }

  private void fits(String name, PrivateKey key, List<X509Certificate> shown) {
    if (!shown.isEmpty() && !Certificates.matches(key, shown.get(0))) {
      error(
          "KEY_MISMATCH",
          name
              + " is not the key of "
              + side.certificate()
              + ", serial "
              + shown.get(0).getSerialNumber().toString(16)
              + ".",
          "Give the key that the certificate was issued for.");
    }
  }

  private void unreadable(String name, String how, UnreadableKeyException e) {
    if (e.reason() == Reason.WRONG_PASSWORD) {
      error(
          "KEY_PASSWORD_WRONG",
          name + " does not open" + how + ": " + e.getMessage() + ".",
          "Make the .cipher and .rand files from the key's own password, or give the key that"
              + " belongs to them.");
    } else {
      error(
          "KEY_UNREADABLE",
          name + " cannot be read: " + e.getMessage() + ".",
          "Give one RSA or EC private key, copied completely.");
    }
  }

  private void error(String code, String message, String remedy) {
    findings.add(Finding.error(code, message, remedy));
  }
}
