package hacert.opengauss;

import static hacert.opengauss.Samples.PASSWORD;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import hacert.opengauss.BundleMaker.Order;
import hacert.opengauss.BundleMaker.Revocation;
import hacert.target.Bundle;
import hacert.x509.KeySpec;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The real clients, libpq and JDBC, with a made bundle against a real server, verify-full. */
class ClientsTest {
  private static final String USER = "omm";

  @TempDir Path server;
  @TempDir Path client;

  @BeforeAll
  static void installed() throws Exception {
    assumeTrue(Postgres.programs().isPresent(), "PostgreSQL is not installed");
  }

  private Bundle made(CertificateAuthority ca, KeySpec spec, Map<BigInteger, Instant> revoked)
      throws Exception {
    Bundle bundle =
        Samples.made(
            ca,
            new Order(
                spec,
                30,
                Samples.subject(""),
                List.of("localhost", "127.0.0.1"),
                USER,
                Optional.of(new Revocation(revoked, 30))));
    Samples.write(bundle, client);
    for (String key : List.of("client.key", "client.key.pk8")) {
      Files.setPosixFilePermissions(
          client.resolve(key), PosixFilePermissions.fromString("rw-------"));
    }
    return bundle;
  }

  private String jdbc(Postgres postgres, String host) throws SQLException {
    Properties properties = new Properties();
    properties.setProperty("user", USER);
    properties.setProperty("sslmode", "verify-full");
    properties.setProperty("sslrootcert", client.resolve("cacert.pem").toString());
    properties.setProperty("sslcert", client.resolve("client.crt").toString());
    properties.setProperty("sslkey", client.resolve("client.key.pk8").toString());
    properties.setProperty("sslpassword", PASSWORD);
    String url = "jdbc:postgresql://" + host + ":" + postgres.port() + "/postgres";
    try (Connection connection = DriverManager.getConnection(url, properties);
        ResultSet row =
            connection
                .createStatement()
                .executeQuery("select client_dn from pg_stat_ssl where pid = pg_backend_pid()")) {
      row.next();
      return row.getString(1);
    }
  }

  private String psql(Postgres postgres, String host) throws Exception {
    Path said = client.resolve("said");
    String target =
        "host=%s port=%d dbname=postgres user=%s sslmode=verify-full sslrootcert=%s sslcert=%s"
                .formatted(
                    host,
                    postgres.port(),
                    USER,
                    client.resolve("cacert.pem"),
                    client.resolve("client.crt"))
            + " sslkey="
            + client.resolve("client.key")
            + " sslpassword="
            + PASSWORD;
    Process process =
        new ProcessBuilder("psql", "-XAtc", "select ssl from pg_stat_ssl limit 1", target)
            .redirectErrorStream(true)
            .redirectOutput(said.toFile())
            .start();
    int code = process.waitFor();
    return code + " " + Files.readString(said, StandardCharsets.UTF_8).strip();
  }

  @ParameterizedTest
  @EnumSource(
      value = KeySpec.class,
      names = {"RSA_3072", "EC_P256", "EC_P384"})
  void connect_by_name_and_by_address(KeySpec spec) throws Exception {
    Bundle bundle = made(Samples.authority(), spec, Map.of());
    try (Postgres postgres = Postgres.start(server, bundle, PASSWORD, USER)) {
      for (String host : List.of("localhost", "127.0.0.1")) {
        assertThat(psql(postgres, host)).isEqualTo("0 t");
        assertThat(jdbc(postgres, host)).isEqualTo("/O=Example/CN=omm");
      }
    }
  }

  @Test
  void a_revoked_client_is_refused_and_another_one_is_not() throws Exception {
    CertificateAuthority ca = Samples.authority();
    Bundle before = made(ca, KeySpec.EC_P256, Map.of());
    BigInteger serial = Samples.first(before, "client.crt").getSerialNumber();
    Bundle after = made(ca, KeySpec.EC_P256, Map.of(serial, Instant.now()));
    try (Postgres postgres = Postgres.start(server, after, PASSWORD, USER)) {
      assertThat(psql(postgres, "localhost")).isEqualTo("0 t");
      Samples.write(before, client);
      assertThat(psql(postgres, "localhost")).startsWith("2 ").contains("revoked");
      assertThatExceptionOfType(SQLException.class).isThrownBy(() -> jdbc(postgres, "localhost"));
    }
  }

  @Test
  void a_client_of_another_ca_is_refused_until_trust_overlaps() throws Exception {
    CertificateAuthority old = Samples.authority();
    CertificateAuthority renewed = Samples.authority();
    Bundle installed = Samples.without(made(old, KeySpec.EC_P256, Map.of()), ServerBundle.CRL);
    Bundle next = Samples.without(made(renewed, KeySpec.EC_P256, Map.of()), ServerBundle.CRL);
    byte[] both =
        Trust.withOld(
            next.files().get("cacert.pem"), installed.files().get("cacert.pem"), Samples.CLOCK);
    Bundle wide = Samples.with(next, "cacert.pem", both);
    Samples.write(installed, client);
    Files.write(client.resolve("cacert.pem"), both);
    try (Postgres postgres = Postgres.start(server, wide, PASSWORD, USER)) {
      assertThat(psql(postgres, "localhost")).isEqualTo("0 t");
      assertThat(jdbc(postgres, "localhost")).isEqualTo("/O=Example/CN=omm");
    }
  }

  @Test
  void the_end_of_the_overlap_shuts_the_old_client_out() throws Exception {
    Bundle installed =
        Samples.without(made(Samples.authority(), KeySpec.EC_P256, Map.of()), ServerBundle.CRL);
    Bundle next =
        Samples.without(made(Samples.authority(), KeySpec.EC_P256, Map.of()), ServerBundle.CRL);
    Bundle wide =
        Samples.with(
            next,
            "cacert.pem",
            Trust.withOld(
                next.files().get("cacert.pem"),
                installed.files().get("cacert.pem"),
                Samples.CLOCK));
    try (Postgres postgres =
        Postgres.start(server, Trust.finish(wide, Samples.CLOCK), PASSWORD, USER)) {
      assertThat(psql(postgres, "localhost")).isEqualTo("0 t");
      Samples.write(installed, client);
      Files.write(client.resolve("cacert.pem"), next.files().get("cacert.pem"));
      assertThat(psql(postgres, "localhost")).startsWith("2 ").contains("unknown ca");
    }
  }
}
