package hacert.opengauss;

import com.fasterxml.jackson.databind.node.ObjectNode;
import hacert.host.Commands;
import hacert.host.Detached;
import hacert.host.HostException;
import hacert.host.LoginEnvironment;
import hacert.host.Terminal;
import hacert.host.User;
import hacert.result.Json;
import hacert.target.Authority;
import hacert.target.Bundle;
import hacert.target.BundleSpec;
import hacert.target.Host;
import hacert.target.Made;
import hacert.target.NodeIdentity;
import hacert.target.Options;
import hacert.target.Profiles;
import hacert.target.Secret;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A directory that stands for the first of two nodes: home, data directory, and small scripts. */
public final class GaussHost {
  static final String PASSWORD = "Gau$s'`1";
  static final String CA_PASSWORD = "Ca \"pass\\word 1";

  final Path base;
  final Map<String, String> variables = new HashMap<>();
  final Map<String, Object> options = new LinkedHashMap<>();
  final ObjectNode overrides = Json.mapper().createObjectNode();
  Clock clock = Clock.systemUTC();

  /** For deadlines; the clock where there is none. */
  InstantSource ticks;

  public GaussHost(Path base) throws IOException {
    this.base = base;
    for (String directory : List.of("bin", "app/share/sslcert/om", "app/bin", "tmp", "data")) {
      Files.createDirectories(base.resolve(directory));
    }
    variables.put("PATH", base.resolve("bin") + ":/usr/bin:/bin");
    variables.put("GAUSSHOME", base.resolve("app").toString());
    variables.put("PGHOST", base.resolve("tmp").toString());
    variables.put("USER", "omm");
    configuration("ssl = on", "port = 15400", "ssl_ca_file = 'cacert.pem'");
    status("Primary Normal", "Standby Normal");
    script("gaussdb", "echo 'gaussdb (openGauss 5.0.0 build a07d57c3) compiled at 2023-03-29'");
    script("gsql", "echo 'app from 192.0.2.77'");
    script(
        "gs_guc",
        "sed -i '/ssl_crl_file/d' \"$3/postgresql.conf\"",
        "echo \"$5\" >>\"$3/postgresql.conf\"");
  }

  /** Sets a variable of the login. */
  public void variable(String name, String value) {
    variables.put(name, value);
  }

  public Path data() {
    return base.resolve("data");
  }

  public Path om() {
    return base.resolve("app/share/sslcert/om");
  }

  /** As it is now; the caller closes it. */
  InstalledBundle installed() {
    return new InstalledBundle(data(), om(), Samples.CLOCK.instant());
  }

  Path authority() {
    return base.resolve("authority");
  }

  void configuration(String... lines) throws IOException {
    Files.write(data().resolve("postgresql.conf"), List.of(lines));
  }

  /** The usual configuration, and these lines. */
  public void settings(String... lines) throws IOException {
    Files.write(data().resolve("postgresql.conf"), List.of(lines), StandardOpenOption.APPEND);
  }

  void script(String name, String... lines) throws IOException {
    Path file = base.resolve("bin").resolve(name);
    Files.writeString(file, "#!/bin/sh\n" + String.join("\n", lines) + "\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
  }

  /** What gs_om says of both nodes, as the role and state now. */
  void status(String first, String second) throws IOException {
    Files.writeString(
        base.resolve("status"),
        """
        [   Cluster State   ]

        cluster_state   : Normal

        [  Datanode State   ]

            nodenode_ip         port      instance                        state
        --------------------------------------------------------------------------
        1  db1 192.0.2.11       15400      6001 %s   P %s
        2  db2 192.0.2.12       15400      6002 %s   S %s
        """
            .formatted(data(), first, data(), second));
    script("gs_om", "cat '" + base.resolve("status") + "'");
  }

  /** Another host name of a node, as gs_om says it. */
  void rename(String name, String other) throws IOException {
    Path status = base.resolve("status");
    Files.writeString(
        status, Files.readString(status).replace(" " + name + " ", " " + other + " "));
  }

  /** As gs_om does: everything for the tools, and the server's part for the server. */
  public void install(String name, byte[] content) throws IOException {
    for (Path directory : List.of(om(), data())) {
      if (directory.equals(om()) || ServerBundle.Place.DATA.files().contains(name)) {
        Path file = directory.resolve(name);
        Files.write(file, content);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
      }
    }
  }

  void install(Bundle bundle) throws IOException {
    for (Map.Entry<String, byte[]> file : bundle.files().entrySet()) {
      install(file.getKey(), file.getValue());
    }
  }

  public Host host() {
    return new Host(
        new LoginEnvironment(variables, "0077", base),
        Commands.system(),
        Terminal.system(),
        Detached.system(),
        Map.of(),
        User.own(),
        clock,
        ticks == null ? clock : ticks,
        new SecureRandom());
  }

  Options options() {
    return Json.mapper().convertValue(options, Options.class);
  }

  LocalNode node() throws HostException {
    OpenGaussProfile profile =
        Profiles.load("opengauss", "opengauss", overrides, OpenGaussProfile.class);
    return new LocalNode(
        Installation.find(host(), profile, options().environment()),
        new NodeIdentity("db1", "192.0.2.11", 22, ""));
  }

  /** Makes a bundle as a rotation would, with the CA that is kept; keeps a CA that is new. */
  Made make(String password) throws HostException, IOException {
    BundleSpec spec = new BundleSpec("ec-p256", 0, Map.of());
    try (InstalledBundle installed = new InstalledBundle(data(), om(), Samples.CLOCK.instant());
        Secret ca = secret(CA_PASSWORD)) {
      Made made =
          new NewBundle(node(), options(), installed)
              .make(
                  spec,
                  Optional.ofNullable(password).map(GaussHost::secret),
                  new Authority(authority(), Optional.of(ca), Optional.empty()));
      Files.createDirectories(authority());
      for (Map.Entry<String, byte[]> file : made.authority().files().entrySet()) {
        Files.write(authority().resolve(file.getKey()), file.getValue());
      }
      return made;
    }
  }

  static Secret secret(String text) {
    return new Secret(text.getBytes(StandardCharsets.UTF_8));
  }
}
