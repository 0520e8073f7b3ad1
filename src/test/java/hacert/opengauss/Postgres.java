package hacert.opengauss;

import hacert.target.Bundle;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A real PostgreSQL that serves the server's half of a bundle on 127.0.0.1 and lets in whoever
 * shows a client's certificate with the database user as common name. PostgreSQL does not run as
 * root: then it runs as the user that its package made.
 */
final class Postgres implements AutoCloseable {
  private static final Duration DEADLINE = Duration.ofSeconds(60);
  private static final boolean ROOT = System.getProperty("user.name").equals("root");

  private final Process process;
  private final int port;
  private final Path log;

  private Postgres(Process process, int port, Path log) {
    this.process = process;
    this.port = port;
    this.log = log;
  }

  /** The directory of its programs; empty where it is not installed. */
  static Optional<Path> programs() throws IOException {
    Path versions = Path.of("/usr/lib/postgresql");
    if (!Files.isDirectory(versions)) {
      return Optional.empty();
    }
    try (Stream<Path> all = Files.list(versions)) {
      return all.map(v -> v.resolve("bin"))
          .filter(bin -> Files.isExecutable(bin.resolve("initdb")))
          .max(Comparator.naturalOrder());
    }
  }

  /** Starts it and waits until it listens. */
  static Postgres start(Path directory, Bundle bundle, String password, String user)
      throws Exception {
    Path programs = programs().orElseThrow();
    Path data = directory.resolve("data");
    Path log = directory.resolve("log");
    own(directory);
    run(
        log,
        programs.resolve("initdb").toString(),
        "--no-sync",
        "--auth=trust",
        "--username=" + user,
        "--pgdata=" + data);
    for (String name : ServerBundle.Place.DATA.files()) {
      if (bundle.files().containsKey(name)) {
        own(secret(data.resolve(name), bundle.files().get(name)));
      }
    }
    Path word = own(secret(directory.resolve("word"), password.getBytes()));
    Files.writeString(data.resolve("pg_hba.conf"), "hostssl all all 127.0.0.1/32 cert\n");
    int port;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      port = free.getLocalPort();
    }
    String settings =
        """
        listen_addresses = '127.0.0.1'
        port = %d
        unix_socket_directories = ''
        fsync = off
        ssl = on
        ssl_ca_file = 'cacert.pem'
        ssl_cert_file = 'server.crt'
        ssl_key_file = 'server.key'
        ssl_passphrase_command = 'cat %s'
        """
                .formatted(port, word)
            + (bundle.files().containsKey(ServerBundle.CRL)
                ? "ssl_crl_file = '" + ServerBundle.CRL + "'\n"
                : "");
    Files.writeString(data.resolve("postgresql.conf"), settings);
    Process process =
        new ProcessBuilder(command(programs.resolve("postgres").toString(), "-D", data.toString()))
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
            .start();
    Postgres postgres = new Postgres(process, port, log);
    postgres.await("ready to accept connections");
    return postgres;
  }

  private static Path secret(Path path, byte[] content) throws IOException {
    Files.write(path, content);
    return Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-------"));
  }

  private static Path own(Path path) throws IOException {
    return ROOT
        ? Files.setOwner(
            path,
            path.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName("postgres"))
        : path;
  }

  private static List<String> command(String... words) {
    List<String> command =
        new ArrayList<>(
            ROOT
                ? List.of("setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups")
                : List.of());
    command.addAll(List.of(words));
    return command;
  }

  private static void run(Path log, String... words) throws Exception {
    Process process =
        new ProcessBuilder(command(words))
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0) {
      throw new AssertionError(words[0] + ": " + Files.readString(log));
    }
  }

  private void await(String text) throws Exception {
    Instant end = Instant.now().plus(DEADLINE);
    while (!log().contains(text)) {
      if (!process.isAlive() || Instant.now().isAfter(end)) {
        close();
        throw new AssertionError(log());
      }
      Thread.sleep(20);
    }
  }

  int port() {
    return port;
  }

  String log() throws IOException {
    return Files.readString(log);
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(30, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      process.destroyForcibly();
    }
  }
}
