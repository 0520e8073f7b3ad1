package hacert.x509;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import hacert.x509.UnreadableKeyException.Reason;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.RSAPrivateKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.misc.MiscObjectIdentifiers;
import org.bouncycastle.asn1.misc.ScryptParams;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.EncryptedPrivateKeyInfo;
import org.bouncycastle.asn1.pkcs.EncryptionScheme;
import org.bouncycastle.asn1.pkcs.KeyDerivationFunc;
import org.bouncycastle.asn1.pkcs.PBES2Parameters;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class PemKeysTest {
  private static final String PASSWORD = "Grün€漢字\uD83D\uDD11'\"`$!\\9";
  private static final char[] NONE = {};
  private static final SecureRandom RANDOM = new SecureRandom();
  private static KeyPair rsa;
  private static KeyPair ec;

  @TempDir Path dir;

  @BeforeAll
  static void makeKeys() {
    rsa = KeySpec.RSA_2048.generate(RANDOM);
    ec = KeySpec.EC_P256.generate(RANDOM);
  }

  private static Reason refusal(byte[] pem, String password) {
    return catchThrowableOfType(
            UnreadableKeyException.class, () -> PemKeys.read(pem, password.toCharArray()))
        .reason();
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  @ParameterizedTest
  @EnumSource(KeyForm.class)
  void refuses_a_wrong_password_in_every_form_and_never_repeats_it(KeyForm form) {
    byte[] pem = PemKeyWriter.write(ec.getPrivate(), form, PASSWORD.toCharArray(), RANDOM);
    for (int i = 0; i < (form == KeyForm.PKCS8_AES256 ? 3 : 1000); i++) {
      char[] wrong = ("wrong-" + i).toCharArray();
      var refused =
          catchThrowableOfType(UnreadableKeyException.class, () -> PemKeys.read(pem, wrong));
      assertThat(refused.reason()).isEqualTo(Reason.WRONG_PASSWORD);
      assertThat(refused).hasNoCause();
      assertThat(refused.getMessage()).doesNotContain("wrong-");
    }
    assertThat(refusal(pem, "")).isEqualTo(Reason.PASSWORD_MISSING);
    assertThat(refusal(pem, "half\uD83D")).isEqualTo(Reason.WRONG_PASSWORD);
  }

  /** What a wrong password leaves, once in many thousand keys: a whole ASN.1 value by chance. */
  @ParameterizedTest
  @ValueSource(strings = {"0403010203", "0c00", "020101", "0500"})
  void takes_no_other_value_than_a_sequence_for_a_key(String plain) throws Exception {
    byte[] iv = new byte[16];
    byte[] encrypted =
        PasswordCipher.traditional(KeyForm.TRADITIONAL_AES256, iv)
            .encrypt(HexFormat.of().parseHex(plain), "wrong".toCharArray());
    Map<String, String> headers = new LinkedHashMap<>(Map.of("Proc-Type", "4,ENCRYPTED"));
    headers.put("DEK-Info", "AES-256-CBC," + HexFormat.of().formatHex(iv));
    for (String label : List.of(PemKeys.EC_LABEL, PemKeys.RSA_LABEL)) {
      assertThat(refusal(Pem.write(label, headers, encrypted), "wrong"))
          .isEqualTo(Reason.WRONG_PASSWORD);
    }
  }

  @Test
  void tells_what_is_wrong_with_a_file_that_is_no_key() throws IOException {
    assertThat(refusal(new byte[0], "x")).isEqualTo(Reason.NOT_A_KEY);
    assertThat(refusal(ascii("hello"), "x")).isEqualTo(Reason.NOT_A_KEY);
    assertThat(refusal(new byte[Pem.LONGEST + 1], "x")).isEqualTo(Reason.TOO_LARGE);
    byte[] plain = Openssl.ok(new byte[0], "genpkey", "-algorithm", "ed25519");
    assertThat(refusal(plain, "")).isEqualTo(Reason.UNSUPPORTED);
    byte[] rsaPem = Openssl.ok(new byte[0], "genrsa", "-traditional", "1024");
    String text = new String(rsaPem, StandardCharsets.US_ASCII);
    assertThat(refusal(ascii(text + text), "")).isEqualTo(Reason.SEVERAL_KEYS);
    assertThat(refusal(ascii(text.substring(0, 400)), "")).isEqualTo(Reason.TRUNCATED);
    assertThat(refusal(ascii(text.replace("RSA PRIVATE", "EC PRIVATE")), ""))
        .isEqualTo(Reason.DAMAGED);
    assertThat(refusal(ascii(text.replace("RSA PRIVATE", "OPENSSH PRIVATE")), ""))
        .isEqualTo(Reason.UNSUPPORTED);
    List<String> lines = new ArrayList<>(List.of(text.split("\n")));
    lines.remove(5);
    assertThat(refusal(ascii(String.join("\n", lines)), "")).isEqualTo(Reason.TRUNCATED);
    byte[] curve = Openssl.ok(new byte[0], "ecparam", "-name", "secp256k1", "-genkey", "-noout");
    assertThat(refusal(curve, "")).isEqualTo(Reason.UNSUPPORTED);
  }

  @Test
  void refuses_a_plain_key_where_an_encrypted_one_is_required() throws Exception {
    byte[] plain =
        Openssl.ok(
            new byte[0], "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256");
    var refused =
        catchThrowableOfType(
            UnreadableKeyException.class,
            () -> PemKeys.readEncrypted(plain, PASSWORD.toCharArray()));
    assertThat(refused.reason()).isEqualTo(Reason.NOT_ENCRYPTED);
    assertThat(PemKeys.read(plain, NONE)).isInstanceOf(ECPrivateKey.class);
  }

  @Test
  void refuses_costs_that_would_hang_it() throws Exception {
    BigInteger huge = BigInteger.ONE.shiftLeft(100);
    for (BigInteger count :
        new BigInteger[] {
          huge, BigInteger.valueOf(Integer.MAX_VALUE), BigInteger.valueOf(5_000_000)
        }) {
      assertRefusedSoon(kdf(PKCSObjectIdentifiers.id_PBKDF2, pbkdf2(count)), Reason.UNSUPPORTED);
    }
    assertRefusedSoon(scrypt(1 << 20, 8, 1), Reason.UNSUPPORTED);
    assertRefusedSoon(scrypt(1 << 14, 1 << 20, 1), Reason.UNSUPPORTED);
    assertRefusedSoon(scrypt(1 << 30, 1 << 30, 1), Reason.UNSUPPORTED);
    assertRefusedSoon(scrypt(1 << 14, 8, 1 << 20), Reason.UNSUPPORTED);
    assertRefusedSoon(scrypt(12345, 8, 1), Reason.DAMAGED);
  }

  private static ASN1Encodable pbkdf2(BigInteger count) {
    return new DERSequence(
        new ASN1Encodable[] {new DEROctetString(new byte[16]), new ASN1Integer(count)});
  }

  private static byte[] scrypt(int n, int r, int p) throws IOException {
    return kdf(MiscObjectIdentifiers.id_scrypt, new ScryptParams(new byte[16], n, r, p));
  }

  private static byte[] kdf(ASN1ObjectIdentifier oid, ASN1Encodable params) throws IOException {
    PBES2Parameters pbes2 =
        new PBES2Parameters(
            new KeyDerivationFunc(oid, params),
            new EncryptionScheme(
                NISTObjectIdentifiers.id_aes256_CBC, new DEROctetString(new byte[16])));
    byte[] der =
        new EncryptedPrivateKeyInfo(
                new AlgorithmIdentifier(PKCSObjectIdentifiers.id_PBES2, pbes2), new byte[48])
            .getEncoded();
    return Pem.write("ENCRYPTED PRIVATE KEY", Map.of(), der);
  }

  private static void assertRefusedSoon(byte[] pem, Reason reason) {
    Assertions.assertTimeoutPreemptively(
        Duration.ofSeconds(5), () -> assertThat(refusal(pem, "x")).isEqualTo(reason));
  }

  @Test
  void answers_any_damage_with_its_own_exception() throws Exception {
    Random random = new Random(20261122);
    for (KeyForm form : KeyForm.values()) {
      for (KeyPair pair : new KeyPair[] {rsa, ec}) {
        byte[] good = PemKeyWriter.write(pair.getPrivate(), form, "Abc-1234".toCharArray(), RANDOM);
        for (int i = 0; i < 60; i++) {
          byte[] bad = good.clone();
          bad[random.nextInt(bad.length)] = (byte) random.nextInt(128);
          int length = random.nextInt(4) == 0 ? random.nextInt(bad.length) : bad.length;
          readQuietly(Arrays.copyOf(bad, length));
        }
      }
    }
    for (String label :
        new String[] {
          "RSA PRIVATE KEY", "EC PRIVATE KEY", "PRIVATE KEY", "ENCRYPTED PRIVATE KEY"
        }) {
      byte[] deep = new byte[60_000];
      for (int at = 0; at < deep.length; at += 4) {
        int rest = deep.length - at - 4;
        deep[at] = 0x30;
        deep[at + 1] = (byte) 0x82;
        deep[at + 2] = (byte) (rest >> 8);
        deep[at + 3] = (byte) rest;
      }
      readQuietly(Pem.write(label, Map.of(), deep));
      byte[] endless = new byte[60_000];
      for (int at = 0; at < endless.length; at += 2) {
        endless[at] = 0x30;
        endless[at + 1] = (byte) 0x80;
      }
      readQuietly(Pem.write(label, Map.of(), endless));
    }
  }

  private static void readQuietly(byte[] pem) {
    try {
      PemKeys.read(pem, "Abc-1234".toCharArray());
      PemKeys.describe(pem);
    } catch (UnreadableKeyException e) {
      assertThat(e.getMessage()).isNotEmpty().doesNotContain("Abc-1234");
    }
    KeyForm.of(pem);
    PemKeys.present(pem);
  }

  @ParameterizedTest
  @EnumSource(KeyForm.class)
  void openssl_reads_every_form_that_we_write(KeyForm form) throws Exception {
    for (KeyPair pair : new KeyPair[] {rsa, ec}) {
      byte[] pem = PemKeyWriter.write(pair.getPrivate(), form, PASSWORD.toCharArray(), RANDOM);
      Path file = Files.write(dir.resolve("key.pem"), pem);
      byte[] der =
          Openssl.ok(
              Openssl.line(PASSWORD),
              "pkey",
              "-in",
              file.toString(),
              "-passin",
              "stdin",
              "-pubout",
              "-outform",
              "DER");
      assertThat(der).isEqualTo(pair.getPublic().getEncoded());
      assertThat(
              Openssl.run(
                      Openssl.line("wrong"),
                      "pkey",
                      "-in",
                      file.toString(),
                      "-passin",
                      "stdin",
                      "-pubout")
                  .code())
          .isNotZero();
      assertThat(PemKeys.read(pem, PASSWORD.toCharArray())).isEqualTo(pair.getPrivate());
      assertThat(KeyForm.of(pem)).isEqualTo(form);
      assertThat(PemKeys.describe(pem).encrypted()).isTrue();
      if (form != KeyForm.PKCS8_AES256) {
        assertThat(new String(pem, StandardCharsets.US_ASCII))
            .startsWith(
                "-----BEGIN " + (pair == rsa ? "RSA" : "EC") + " PRIVATE KEY-----\nProc-Type");
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "-aes128, TRADITIONAL_AES128, AES-128-CBC",
    "-aes192, TRADITIONAL_AES192, AES-192-CBC",
    "-aes256, TRADITIONAL_AES256, AES-256-CBC",
    "-des3, TRADITIONAL_DES3, DES-EDE3-CBC",
  })
  void reads_the_traditional_keys_of_openssl(String cipher, KeyForm form, String name)
      throws Exception {
    byte[] rsaPem =
        Openssl.ok(
            Openssl.line(PASSWORD), "genrsa", "-traditional", cipher, "-passout", "stdin", "2048");
    assertThat(PemKeys.read(rsaPem, PASSWORD.toCharArray())).isInstanceOf(RSAPrivateKey.class);
    assertThat(KeyForm.of(rsaPem)).isEqualTo(form);
    assertThat(PemKeys.describe(rsaPem).text()).isEqualTo("RSA PRIVATE KEY, " + name);
    Path plain = dir.resolve("ec.pem");
    Openssl.ok(new byte[0], "ecparam", "-name", "secp384r1", "-genkey", "-out", plain.toString());
    assertThat(PemKeys.read(Files.readAllBytes(plain), NONE)).isInstanceOf(ECPrivateKey.class);
    byte[] ecPem =
        Openssl.ok(
            Openssl.line(PASSWORD), "ec", "-in", plain.toString(), cipher, "-passout", "stdin");
    assertThat(PemKeys.read(ecPem, PASSWORD.toCharArray()))
        .isEqualTo(PemKeys.read(Files.readAllBytes(plain), NONE));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "-v2 aes-256-cbc",
        "-v2 aes-128-cbc -v2prf hmacWithSHA1",
        "-v2 aes-192-cbc -v2prf hmacWithSHA512",
        "-v2 des3 -v2prf hmacWithSHA384",
        "-v2 aes-256-cbc -iter 300000",
        "-scrypt",
        "-v1 PBE-SHA1-3DES",
        "-v1 PBE-MD5-DES -provider legacy -provider default",
        "-v1 PBE-SHA1-DES -provider legacy -provider default",
      })
  void reads_the_pkcs8_keys_of_openssl(String options) throws Exception {
    Path plain = dir.resolve("plain.pem");
    Openssl.ok(new byte[0], "genpkey", "-algorithm", "RSA", "-out", plain.toString());
    String[] arguments = ("pkcs8 -topk8 -passout stdin -in " + plain + " " + options).split(" ");
    byte[] pem = Openssl.ok(Openssl.line(PASSWORD), arguments);
    PrivateKey expected = PemKeys.read(Files.readAllBytes(plain), NONE);
    assertThat(PemKeys.readEncrypted(pem, PASSWORD.toCharArray())).isEqualTo(expected);
    assertThat(KeyForm.of(pem)).isEqualTo(KeyForm.PKCS8_AES256);
    assertThat(PemKeys.describe(pem).text()).startsWith("ENCRYPTED PRIVATE KEY, P");
  }

  @Test
  void a_weak_or_unknown_form_is_replaced_by_the_default() throws Exception {
    String des =
        "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n"
            + "DEK-Info: %s,0011223344556677\n\nAAAA\n-----END RSA PRIVATE KEY-----\n";
    for (String cipher : new String[] {"DES-CBC", "RC2-CBC", "CAMELLIA-256-CBC", ""}) {
      assertThat(KeyForm.of(ascii(des.formatted(cipher)))).isEqualTo(KeyForm.PKCS8_AES256);
    }
    assertThat(KeyForm.of(new byte[0])).isEqualTo(KeyForm.PKCS8_AES256);
  }

  @Test
  void never_writes_a_key_without_a_password() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PemKeyWriter.write(ec.getPrivate(), KeyForm.PKCS8_AES256, NONE, RANDOM));
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                PemKeyWriter.write(
                    ec.getPrivate(), KeyForm.PKCS8_AES256, "half\uD83D".toCharArray(), RANDOM))
        .withMessageNotContaining("half\uD83D");
  }

  /** With numbers as long as a file may be, one signature would take hours. */
  @Test
  void refuses_an_rsa_key_whose_other_numbers_are_enormous() throws Exception {
    for (int enormous = 3; enormous < 9; enormous++) {
      ASN1Encodable[] numbers = new ASN1Encodable[9];
      Arrays.fill(numbers, new ASN1Integer(BigInteger.TEN));
      numbers[0] = new ASN1Integer(0);
      numbers[1] = new ASN1Integer(BigInteger.ONE.shiftLeft(2047).add(BigInteger.ONE));
      numbers[2] = new ASN1Integer(65537);
      numbers[enormous] = new ASN1Integer(BigInteger.ONE.shiftLeft(1 << 20));
      byte[] pem = Pem.write("RSA PRIVATE KEY", Map.of(), new DERSequence(numbers).getEncoded());
      assertThat(refusal(pem, "")).isEqualTo(Reason.UNSUPPORTED);
    }
  }
}
