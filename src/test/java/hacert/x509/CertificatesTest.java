package hacert.x509;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import hacert.result.CertificateSummary;
import hacert.x509.UnreadableCertificateException.Reason;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Period;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.DERBitString;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.DSAParameter;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x509.Time;
import org.bouncycastle.asn1.x509.V3TBSCertificateGenerator;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CertificatesTest {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static RootAuthority root;
  private static RootAuthority namesake;

  @TempDir Path dir;

  @BeforeAll
  static void makeRoots() {
    Subject subject = new Subject("DE", "", "", "Example", "", "HA Root", "ops@example.org");
    Period day = Period.ofDays(1);
    root = RootAuthority.make(KeySpec.EC_P256, subject, day, Clock.systemUTC(), RANDOM);
    namesake = RootAuthority.make(KeySpec.RSA_2048, subject, day, Clock.systemUTC(), RANDOM);
  }

  private static Reason refusal(byte[] pem) {
    return catchThrowableOfType(UnreadableCertificateException.class, () -> Certificates.read(pem))
        .reason();
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private static String pem(RootAuthority authority) {
    return new String(Certificates.pem(authority.certificate()), StandardCharsets.US_ASCII);
  }

  @Test
  void tells_what_is_wrong_with_a_text_without_certificates() throws Exception {
    String good = pem(root);
    assertThat(refusal(new byte[0])).isEqualTo(Reason.NOT_A_CERTIFICATE);
    assertThat(refusal(ascii("no certificate here"))).isEqualTo(Reason.NOT_A_CERTIFICATE);
    assertThat(refusal(root.certificate().getEncoded())).isEqualTo(Reason.NOT_A_CERTIFICATE);
    assertThat(refusal(new byte[Pem.LONGEST + 1])).isEqualTo(Reason.TOO_LARGE);
    assertThat(refusal(ascii(good.repeat(101)))).isEqualTo(Reason.TOO_LARGE);
    assertThat(refusal(ascii(good.substring(0, good.length() - 30)))).isEqualTo(Reason.TRUNCATED);
    assertThat(refusal(ascii(good.replace("-----END C", "-----END X")))).isEqualTo(Reason.DAMAGED);
    assertThat(refusal(ascii(good.replace("MII", "M!I")))).isEqualTo(Reason.DAMAGED);
    assertThat(refusal(ascii(good + "-----END CERTIFICATE-----\n"))).isEqualTo(Reason.DAMAGED);
    assertThat(refusal(ascii(good + "-----BEGIN CERTIFICATE-----\n" + good)))
        .isEqualTo(Reason.DAMAGED);
    byte[] der = root.certificate().getEncoded();
    byte[] shorter = java.util.Arrays.copyOf(der, der.length - 3);
    assertThat(refusal(Pem.write("CERTIFICATE", Map.of(), shorter))).isEqualTo(Reason.TRUNCATED);
    byte[] longer = java.util.Arrays.copyOf(der, der.length + 1);
    assertThat(refusal(Pem.write("CERTIFICATE", Map.of(), longer))).isEqualTo(Reason.DAMAGED);
  }

  @Test
  void answers_any_damage_with_its_own_exception() throws Exception {
    Random random = new Random(20261122);
    byte[] der = root.certificate().getEncoded();
    for (int i = 0; i < 3000; i++) {
      byte[] bad = der.clone();
      for (int j = random.nextInt(3); j >= 0; j--) {
        bad[random.nextInt(bad.length)] = (byte) random.nextInt(256);
      }
      try {
        for (X509Certificate read : Certificates.read(Pem.write("CERTIFICATE", Map.of(), bad))) {
          Certificates.summary("x", read);
          Certificates.issuedBy(read, root.certificate());
          Certificates.matches(root.key(), read);
          Certificates.mayIssue(read);
          Subject.of(read).check();
        }
      } catch (UnreadableCertificateException e) {
        assertThat(e.getMessage()).isNotEmpty();
      }
    }
  }

  @Test
  void reads_a_chain_with_text_around_it_and_any_line_ends() throws Exception {
    String text = "subject: one\n" + pem(root) + "between\n" + pem(namesake) + "after";
    List<X509Certificate> expected = List.of(root.certificate(), namesake.certificate());
    assertThat(Certificates.read(ascii(text))).isEqualTo(expected);
    assertThat(Certificates.read(ascii(text.replace("\n", "\r\n")))).isEqualTo(expected);
    assertThat(Certificates.read(ascii(text.replace("\n", " \n")))).isEqualTo(expected);
  }

  /** The first is openssl's own form; the others have keys that Java does not know. */
  @Test
  void names_the_kind_of_a_certificate_that_it_does_not_know() throws Exception {
    EnterpriseCa shop = EnterpriseCa.make(dir, "ec:P-256");
    shop.openssl("x509 -in root.crt -trustout -addtrust serverAuth -out trusted.crt".split(" "));
    shop.join("mixed.pem", "sub.crt", "trusted.crt");
    assertUnsupported(shop.bytes("mixed.pem"), "certificate 2 is a TRUSTED CERTIFICATE");
    String ca = "basicConstraints=critical,CA:TRUE";
    shop.issue("chinese", "ec:SM2", "", ca);
    assertUnsupported(shop.bytes("chinese.crt"), "1.2.156.10197.1.301");
    shop.openssl(
        "ecparam -name prime256v1 -genkey -param_enc explicit -noout -out written.key".split(" "));
    shop.certify("written", "", ca);
    assertUnsupported(shop.bytes("written.crt"), "numbers written out");
  }

  private static void assertUnsupported(byte[] pem, String why) {
    for (ThrowingCallable read :
        List.<ThrowingCallable>of(
            () -> Certificates.read(pem), () -> new Keyring().add(pem, new char[0]))) {
      var refused = catchThrowableOfType(UnreadableCertificateException.class, read);
      assertThat(refused.reason()).isEqualTo(Reason.UNSUPPORTED);
      assertThat(refused).hasMessageContaining(why);
    }
  }

  /** A file is installed as it is: what openssl does not see in it must not be believed here. */
  @Test
  void reads_no_certificate_that_openssl_does_not_see() throws Exception {
    String good = pem(root);
    String joined = good.replaceAll("(?<=[^-])\n(?=[^-])", "");
    for (String text :
        List.of(
            good,
            good.replace("\n", "\r\n"),
            good.replace("\n", " \n"),
            joined,
            good.replaceFirst("\n", "\n\n"),
            good.replaceFirst("\n", "\n \t\n"),
            good.replaceAll("\n(?=[^-])", "\n  "),
            "text\rmore text\n" + good)) {
      assertThat(openssl("x509", text)).isTrue();
      assertThat(Certificates.read(ascii(text))).containsExactly(root.certificate());
    }
    for (String text :
        List.of(
            " " + good,
            "\t" + good,
            good.replace("-----END", " -----END"),
            good.replace("-----BEGIN", "\r-----BEGIN"),
            good.replace("\n", "\r"),
            good.replaceFirst("\n", "\r"),
            good.replace("\n-----END", "\r-----END"),
            good.replace("\n-----END", "\n\n-----END"),
            good.replace("\n", "\n\n"),
            good.replaceFirst("\n", "\n\n\n"),
            good.replaceFirst("\n(?=[^-\n]+\n-----END)", "\n\n"),
            joined.replaceFirst("\n", "\n\n"),
            good.replaceFirst("\n", "\n\n  "),
            good.replaceFirst("\n", "\nComment: mine\n\n"),
            good.replaceFirst("\n", "\nComment: mine\n"),
            "text\r" + good)) {
      assertThat(openssl("x509", text)).as(text).isFalse();
      assertThat(refusal(ascii(text))).as(text).isEqualTo(Reason.DAMAGED);
    }
  }

  @Test
  void reads_no_key_that_openssl_does_not_see() throws Exception {
    char[] password = "Pass word 1".toCharArray();
    String good =
        new String(
            PemKeyWriter.write(root.key(), KeyForm.TRADITIONAL_AES256, password, RANDOM),
            StandardCharsets.US_ASCII);
    for (String text :
        List.of(
            good,
            good.replace("4,ENCRYPTED", "4, ENCRYPTED"),
            good.replace("\n\n", "\nComment: mine\n\n"))) {
      assertThat(openssl("pkey", text)).isTrue();
      assertThat(PemKeys.read(ascii(text), password)).isEqualTo(root.key());
    }
    for (String text :
        List.of(
            " " + good,
            good.replace("-----END", "\t-----END"),
            good.replace("\n", "\r"),
            good.replace("\n\n", "\n"),
            good.replace("\n\n", "\n\n\n"),
            good.replace("DEK", " DEK"),
            good.replace("DEK", "Comment: mine\nDEK"),
            good.replaceFirst("DEK-Info.*", "Comment: mine"),
            good.replaceFirst("(?s)\n\n.*\n-----END", "\n-----END"),
            good.replaceFirst("Proc-Type.*\n", ""),
            good.replace("4,ENCRYPTED", "4,MIC-CLEAR"))) {
      assertThat(openssl("pkey", text)).as(text).isFalse();
      assertThat(
              catchThrowableOfType(
                      UnreadableKeyException.class, () -> PemKeys.read(ascii(text), password))
                  .reason())
          .as(text)
          .isEqualTo(UnreadableKeyException.Reason.DAMAGED);
    }
  }

  private boolean openssl(String command, String text) throws Exception {
    Path file = Files.writeString(dir.resolve("file.pem"), text);
    List<String> words = new ArrayList<>(List.of(command, "-in", file.toString(), "-noout"));
    if (command.equals("pkey")) {
      words.addAll(List.of("-passin", "stdin"));
    } else {
      words.addAll(List.of("-inform", "PEM"));
    }
    return Openssl.run(Openssl.line("Pass word 1"), words.toArray(String[]::new)).code() == 0;
  }

  @Test
  void an_issuer_is_told_by_its_signature_and_not_by_its_name() {
    assertThat(Certificates.issuedBy(root.certificate(), root.certificate())).isTrue();
    assertThat(Certificates.issuedBy(root.certificate(), namesake.certificate())).isFalse();
    assertThat(Certificates.matches(root.key(), namesake.certificate())).isFalse();
    assertThat(Certificates.matches(namesake.key(), namesake.certificate())).isTrue();
  }

  @Test
  void summarises_a_server_certificate_of_openssl() throws Exception {
    Path config = dir.resolve("openssl.cnf");
    Files.writeString(
        config,
        """
        [req]
        distinguished_name = dn
        [dn]
        [server]
        basicConstraints = critical, CA:FALSE
        subjectAltName = DNS:db1, IP:192.0.2.1, IP:2001:db8::1, email:a@b.c, otherName:1.2.3;UTF8:x
        """);
    Path file = dir.resolve("server.crt");
    Openssl.ok(
        new byte[0],
        "req",
        "-x509",
        "-config",
        config.toString(),
        "-extensions",
        "server",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-keyout",
        dir.resolve("k").toString(),
        "-subj",
        "/C=DE/CN=db1/emailAddress=ops@example.org",
        "-set_serial",
        "0x0abc",
        "-days",
        "5",
        "-out",
        file.toString());
    X509Certificate certificate = Certificates.read(Files.readAllBytes(file)).get(0);
    CertificateSummary summary = Certificates.summary("here", certificate);
    assertThat(summary.subject()).isEqualTo("emailAddress=ops@example.org,CN=db1,C=DE");
    assertThat(summary.serial()).isEqualTo("abc");
    assertThat(summary.key()).isEqualTo("RSA 2048");
    assertThat(summary.ca()).isFalse();
    assertThat(summary.names())
        .startsWith("DNS:db1", "IP:192.0.2.1", "IP:2001:db8:0:0:0:0:0:1", "email:a@b.c")
        .hasSize(5);
    assertThat(summary.names().get(4)).startsWith("other:");
    assertThat(Certificates.mayIssue(certificate)).isFalse();
    String printed =
        new String(
            Openssl.ok(
                new byte[0], "x509", "-in", file.toString(), "-noout", "-fingerprint", "-sha256"));
    assertThat(printed.strip().replace(":", "").toLowerCase(java.util.Locale.ROOT))
        .endsWith("=" + summary.sha256());
  }

  /** The JDK bounds RSA keys and not DSA ones: to verify with this one would take hours. */
  @Test
  void refuses_a_certificate_with_an_enormous_key() throws Exception {
    BigInteger huge = BigInteger.ONE.shiftLeft(1 << 18).subtract(BigInteger.ONE);
    AlgorithmIdentifier dsa =
        new AlgorithmIdentifier(
            X9ObjectIdentifiers.id_dsa, new DSAParameter(huge, huge, BigInteger.TWO));
    X500Name name = new X500Name("CN=x");
    V3TBSCertificateGenerator tbs = new V3TBSCertificateGenerator();
    tbs.setSerialNumber(new ASN1Integer(1));
    tbs.setIssuer(name);
    tbs.setSubject(name);
    tbs.setStartDate(new Time(new Date()));
    tbs.setEndDate(new Time(new Date()));
    AlgorithmIdentifier signature = new AlgorithmIdentifier(X9ObjectIdentifiers.id_dsa_with_sha1);
    tbs.setSignature(signature);
    tbs.setSubjectPublicKeyInfo(new SubjectPublicKeyInfo(dsa, new ASN1Integer(huge)));
    byte[] der =
        new DERSequence(
                new ASN1Encodable[] {
                  tbs.generateTBSCertificate(), signature, new DERBitString(new byte[40])
                })
            .getEncoded();
    UnreadableCertificateException e =
        catchThrowableOfType(
            UnreadableCertificateException.class,
            () -> Certificates.read(Pem.write("CERTIFICATE", Map.of(), der)));
    assertThat(e.reason()).isEqualTo(Reason.TOO_LARGE);
  }
}
