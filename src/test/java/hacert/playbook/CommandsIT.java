package hacert.playbook;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import hacert.docs.Pages;
import hacert.result.Json;
import hacert.x509.Openssl;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every command line of README.md, docs and bench, run as it stands: on a control machine with a
 * site of README's own making, whose addresses are the labs', and by hand on its hosts.
 */
@Tag("long")
class CommandsIT {
  @RegisterExtension static final Lab EAST = Lab.of(1, "3x");
  @RegisterExtension static final Lab WEST = Lab.of(1, "2x", "--login", "operator");
  @RegisterExtension static final Lab GAUSS = Lab.openGauss(1, "--nodes", "3");

  /** Lines that are not run here, and why not. */
  private static final Map<String, String> ELSEWHERE =
      Map.of(
          "mvn -B package -DskipTests", "the build that runs this test has made its jar",
          "mvn -q package -DskipTests", "the same",
          "bench/run --rounds 5 --write bench/results/one-pair.md", "BenchIT, with one round",
          "script/demo", "DemoIT",
          "script/demo --keep", "DemoIT");

  private static final String ADDRESS_OF_EAST = "192.0.2.11:20012";
  private static final String ADDRESS_OF_GAUSS = "192.0.2.31:5432";
  private static final String PLAY = "ansible-playbook -i inventories/site playbooks/";
  private static final String ROTATE = PLAY + "rotate-certs.yml ";
  private static final String JAR = "java -jar ~/.hacert/lib/hacert-*.jar ";
  private static final String ASK = " --ask-vault-pass";
  private static final String VAULT = "Opens-1-vault";

  @TempDir private Path tree;
  private final Set<String> done = new HashSet<>();
  private final LabHost east = EAST.pair().a();
  private final LabHost west = WEST.pair().a();
  private final LabHost gauss = GAUSS.gauss().a().host();

  @Test
  void every_line_of_the_pages_works() throws IOException {
    copy("ansible.cfg", "inventories", "playbooks", "plugins", "roles", "target/hacert.jar");
    copy("target/hacert-sbom.json", "target/SHA256SUMS");
    makesTheSite();
    // One run tells of every part that is broken.
    SoftAssertions parts = new SoftAssertions();
    parts.assertThatCode(this::firstPair).doesNotThrowAnyException();
    parts.assertThatCode(this::goesBackByHand).doesNotThrowAnyException();
    parts.assertThatCode(this::expired).doesNotThrowAnyException();
    parts.assertThatCode(this::purges).doesNotThrowAnyException();
    parts.assertThatCode(this::interrupted).doesNotThrowAnyException();
    parts.assertThatCode(this::firstPairOfTwo).doesNotThrowAnyException();
    parts.assertThatCode(this::ownFiles).doesNotThrowAnyException();
    parts.assertThatCode(this::firstCluster).doesNotThrowAnyException();
    parts.assertThatCode(this::clusterByHand).doesNotThrowAnyException();
    parts.assertThatCode(this::manyClusters).doesNotThrowAnyException();
    parts.assertAll();
    Set<String> missing = new HashSet<>(Pages.lines());
    missing.removeAll(ELSEWHERE.keySet());
    missing.removeAll(done);
    assertThat(missing).as("lines of pages that were neither run nor excepted").isEmpty();
    assertThat(Pages.lines()).as("exceptions that no page shows").containsAll(ELSEWHERE.keySet());
  }

  /** Its hosts.yml is what README shows, beside it lie the labs' addresses and ways in. */
  private void makesTheSite() throws IOException {
    control("cp -r inventories/example inventories/site");
    StringBuilder shown = new StringBuilder("all:\n  children:\n");
    List<String> clusters =
        Pages.yaml("README.md").stream().filter(b -> b.contains("hacert_cluster:")).toList();
    assertThat(clusters).hasSize(3);
    clusters.forEach(cluster -> shown.append(cluster.indent(4)));
    Files.writeString(tree.resolve("inventories/site/hosts.yml"), shown);
    ObjectNode groups = Json.mapper().createObjectNode();
    groups.set("oms_east", EAST.access("oms-east-"));
    groups.set("oms_west", WEST.access("oms-west-"));
    groups.set("og_east", GAUSS.access("og-east-"));
    // So that the first generation is still there to be purged, and nobody waits for two actives.
    Path settle = Files.writeString(tree.resolve("settle.yaml"), "settle_seconds: 3\n");
    groups
        .withObject("/oms_east/vars")
        .put("hacert_generations", 20)
        .put("hacert_profile_file", settle.toString());
    ObjectNode all = Json.mapper().createObjectNode();
    all.putObject("all").set("children", groups);
    Files.writeString(tree.resolve("inventories/site/lab.yml"), all.toString());
    String create = "ansible-vault create inventories/site/group_vars/oms_east/vault.yml";
    vault(create, "oms_east", "password", EAST.password());
    vault(create, "oms_west", "password", WEST.password());
    vault(create, "og_east", "ca_password", GAUSS.caPassword());
  }

  private void vault(String line, String group, String what, String secret) throws IOException {
    Path content = Files.createTempFile(tree, "vault", ".yml");
    String quoted = Json.mapper().writeValueAsString(secret);
    Files.writeString(content, "vault_%s_%s: %s\n".formatted(group, what, quoted));
    control(line, Map.of("oms_east", group), Map.of("EDITOR", "cp " + content));
    Path made = tree.resolve("inventories/site/group_vars").resolve(group).resolve("vault.yml");
    assertThat(made).content().startsWith("$ANSIBLE_VAULT;");
  }

  private void firstPair() throws IOException {
    control(PLAY + "check-certs.yml --limit oms_east" + ASK);
    control(PLAY + "check-certs.yml --limit oms_east -v" + ASK);
    assertThat(control(ROTATE + "--limit oms_east --check --diff" + ASK))
        .contains("cluster oms-east: planned");
    assertThat(control(ROTATE + "--limit oms_east -e hacert_change_id=CHG0042" + ASK))
        .contains("cluster oms-east: succeeded (code 0)");
    looksAroundByHand();
    assertThat(control(PLAY + "rollback-certs.yml --limit oms_east" + ASK))
        .contains("cluster oms-east: succeeded (code 0)");
    EAST.pair().assertHealthy();
  }

  private void firstPairOfTwo() throws IOException {
    Map<String, String> group = Map.of("oms_east", "oms_west");
    control(PLAY + "check-certs.yml --limit oms_east" + ASK, group);
    control(ROTATE + "--limit oms_east --check --diff" + ASK, group);
    assertThat(control(ROTATE + "--limit oms_east -e hacert_change_id=CHG0042" + ASK, group))
        .contains("cluster oms-west: succeeded (code 0)");
    assertThat(control(PLAY + "rollback-certs.yml --limit oms_east" + ASK, group))
        .contains("cluster oms-west: succeeded (code 0)");
    hand(WEST, west, JAR + "inspect $BIGDATA_HOME/om-0.0.1/security/certHA/root-ca.crt");
    hand(WEST, west, "sh $BIGDATA_HOME/om-0.0.1/sbin/restart-oms.sh");
    WEST.pair().assertHealthy();
    assertThat(hand(WEST, west, "sh $BIGDATA_HOME/om-0.0.1/sbin/status-oms.sh"))
        .contains("HAAllResOK");
  }

  private void looksAroundByHand() throws IOException {
    assertThat(hand(EAST, east, JAR + "status oms-east")).contains("oms-east", "succeeded");
    hand(EAST, east, JAR + "inspect $BIGDATA_HOME/om-server/om/security/certHA/root-ca.crt");
    String inspect = JAR + "inspect tls://" + ADDRESS_OF_EAST;
    String port = EAST.address(east) + ":" + east.haPort();
    hand(EAST, east, inspect, Map.of(ADDRESS_OF_EAST, port), "");
    hand(EAST, east, JAR + "rotate --help");
    hand(EAST, east, "mkdir recorded");
    hand(EAST, east, JAR + "record oms-east --out recorded");
  }

  private void goesBackByHand() throws IOException {
    EAST.age(EAST.pair(), 10);
    assertThat(control(ROTATE + "--limit oms_east" + ASK))
        .contains("cluster oms-east: succeeded (code 0)");
    for (LabHost host : EAST.pair().hosts()) {
      hand(EAST, host, "sh ~/.hacert/oms-east/generations/0001/RESTORE.txt");
    }
    for (LabHost host : EAST.pair().hosts()) {
      hand(EAST, host, "sh $BIGDATA_HOME/om-server/om/sbin/restart-oms.sh");
    }
    EAST.pair().assertHealthy();
    assertThat(hand(EAST, east, "sh $BIGDATA_HOME/om-server/om/sbin/status-oms.sh"))
        .contains("HAAllResOK");
  }

  /** By hand the name is given where it is not needed any more, and counts for nothing. */
  private void expired() throws IOException {
    expire();
    assertThat(control(ROTATE + "--limit oms_east -e hacert_active=oms-east-1" + ASK))
        .contains("ACTIVE_NAMED", "cluster oms-east: succeeded (code 0)");
    EAST.pair().assertHealthy();
    Files.writeString(east.directory().resolve("home/password.txt"), EAST.password() + "\n");
    hand(
        EAST,
        east,
        JAR + "rotate oms-east --setting active=oms-east-1 --password-stdin < password.txt");
  }

  private static void expire() {
    Pair pair = EAST.pair();
    EAST.turn(pair.b(), "promote-after", "1");
    EAST.age(pair, -1);
    Await.until(
        "the pair is dual active",
        Command.PATIENCE,
        () -> pair.a().role().equals("active") && pair.b().role().equals("active"),
        () -> pair.a().ha() + " " + pair.b().ha());
    EAST.turn(pair.b(), "promote-after", "off");
  }

  private void interrupted() throws IOException {
    String id = "20261122T080011-1a2b3c4d";
    String named = ROTATE + "--limit oms_east -e hacert_rotation=" + id + ASK;
    assertThat(control(named, Map.of(id, leftOpen())))
        .contains("cluster oms-east: succeeded (code 0)");
    String byHand = JAR + "rotate oms-east --password-stdin";
    String file = " < password.txt";
    hand(EAST, east, byHand + " --setting rotation=" + id + file, Map.of(id, leftOpen()), "");
    hand(EAST, east, byHand + file);
    hand(EAST, east, JAR + "rollback oms-east");
    EAST.pair().assertHealthy();
  }

  /** Answers a rotation that has stopped: keys that others know are not gone back to. */
  private String leftOpen() throws IOException {
    EAST.turn(EAST.pair().b(), "replace-fails-before");
    String open = ROTATE + "--limit oms_east -e hacert_compromised=true" + ASK;
    Command.Ended stopped = run(open, Map.of());
    assertThat(stopped.output()).contains("cluster oms-east: failed (code 5)");
    EAST.turn(EAST.pair().b(), "replace-fails-before", "off");
    Path journal = east.directory().resolve("home/.hacert/oms-east/journal.json");
    return Json.mapper().readTree(journal.toFile()).at("/plan/rotation").asText();
  }

  private void purges() throws IOException {
    String purge = PLAY + "purge-certs.yml --limit oms_east";
    control(purge + ASK);
    hand(EAST, east, JAR + "purge oms-east");
    control(purge + " -e hacert_generation=1 -e hacert_change_id=CHG4711" + ASK);
    for (LabHost host : EAST.pair().hosts()) {
      Path kept = host.directory().resolve("home/.hacert/oms-east/generations");
      assertThat(kept.resolve("0002")).exists();
      assertThat(kept.resolve("0001")).doesNotExist();
    }
    hand(EAST, east, JAR + "purge oms-east --generation 1 --change-id CHG4711");
  }

  /** What is made and looked at on the control machine. */
  private void ownFiles() throws IOException {
    control("(cd target && sha256sum --check SHA256SUMS)");
    Path password = tree.resolve("password.txt");
    Files.writeString(password, EAST.password() + "\n");
    Path made = new Bundles(tree, EAST.password()).good("west");
    byte[] twice =
        (EAST.password() + "\n" + EAST.password() + "\n").getBytes(StandardCharsets.UTF_8);
    Openssl.ok(
        twice,
        "pkcs12",
        "-export",
        "-inkey",
        made.resolve("root-ca.pem").toString(),
        "-in",
        made.resolve("root-ca.crt").toString(),
        "-passin",
        "stdin",
        "-passout",
        "stdin",
        "-out",
        tree.resolve("oms-west.p12").toString());
    control(
        "java -jar target/hacert.jar validate --target mrs-ha --profile mrs-3x --password-stdin"
            + " oms-west.p12 < password.txt");
    control("mkdir -m 700 og-east-ca");
    control(
        "java -jar target/hacert.jar generate --out og-east-ca --common-name 'og-east CA'"
            + " --password-stdin < password.txt");
    JsonNode lab = Json.mapper().readTree(GAUSS.directory().resolve("lab.json").toFile());
    Files.writeString(password, lab.path("password").asText());
    Path bundle = GAUSS.bundle(GAUSS.gauss(), "new");
    Command.ok(tree, Command.PATIENCE, "cp", "-r", bundle.toString(), "new");
    for (String key : List.of("server", "client")) {
      Files.delete(tree.resolve("new/" + key + ".key.cipher"));
      Files.delete(tree.resolve("new/" + key + ".key.rand"));
    }
    String jar = "java -jar target/hacert.jar ";
    control(jar + "key-password encrypt new server < password.txt");
    control(jar + "key-password encrypt new client < password.txt");
    control(jar + "key-password decrypt new server");
    control(jar + "package new --output db-cert-replacement.zip");
    control(jar + "validate --target opengauss db-cert-replacement.zip");
  }

  private void firstCluster() throws IOException {
    control(PLAY + "check-certs.yml --limit og_east -v" + ASK);
    control(ROTATE + "--limit og_east --check --diff" + ASK);
    assertThat(control(ROTATE + "--limit og_east -e hacert_change_id=CHG0043" + ASK))
        .contains("cluster og-east: succeeded (code 0)");
    String address = GAUSS.gauss().a().address() + ":" + GAUSS.gauss().a().port();
    String inspect = JAR + "inspect postgres://" + ADDRESS_OF_GAUSS;
    hand(GAUSS, gauss, inspect, Map.of(ADDRESS_OF_GAUSS, address), "");
    control(ROTATE + "--limit og_east -e hacert_trust=finish" + ASK);
    assertThat(control(PLAY + "rollback-certs.yml --limit og_east" + ASK))
        .contains("cluster og-east: succeeded (code 0)");
    hand(GAUSS, gauss, "gs_om -t stop");
    for (GaussNode node : GAUSS.gauss().nodes()) {
      hand(GAUSS, node.host(), "sh ~/.hacert/og-east/generations/0001/RESTORE.txt");
      String setting = "gs_guc set -D DIRECTORY -c \"ssl_crl_file=''\"";
      hand(GAUSS, node.host(), setting, Map.of("DIRECTORY", node.data().toString()), "");
    }
    hand(GAUSS, gauss, "gs_om -t start");
    assertThat(hand(GAUSS, gauss, "gs_om -t status --detail")).contains("Normal");
  }

  private void clusterByHand() throws IOException {
    Path home = gauss.directory().resolve("home");
    Files.writeString(home.resolve("ca-password.txt"), GAUSS.caPassword() + "\n");
    Files.copy(tree.resolve("db-cert-replacement.zip"), home.resolve("db-cert-replacement.zip"));
    hand(GAUSS, gauss, JAR + "rotate og-east --ca-password-stdin < ca-password.txt");
    hand(GAUSS, gauss, JAR + "rotate og-east --bundle db-cert-replacement.zip");
    hand(GAUSS, gauss, JAR + "rotate og-east --setting options.trust=finish");
    hand(GAUSS, gauss, JAR + "rollback og-east --setting options.rollback=vendor-local");
    GAUSS.gauss().assertHealthy();
  }

  private void manyClusters() throws IOException {
    EAST.age(EAST.pair(), 10);
    assertThat(control(ROTATE + "-e hacert_canary=1 -e hacert_parallel_clusters=10" + ASK))
        .contains("cluster oms-east: succeeded (code 0)", "cluster oms-west:", "cluster og-east:");
  }

  private void copy(String... names) throws IOException {
    for (String name : names) {
      Path to = tree.resolve(name);
      Files.createDirectories(to.getParent());
      Path from = Lab.PROJECT.resolve(name);
      Command.ok(tree, Command.PATIENCE, "cp", "-a", from.toString(), to.toString());
    }
  }

  private String control(String line) throws IOException {
    return control(line, Map.of());
  }

  private String control(String line, Map<String, String> instead) throws IOException {
    return control(line, instead, Map.of());
  }

  private String control(String line, Map<String, String> instead, Map<String, String> environment)
      throws IOException {
    Command.Ended ended = run(substituted(line, instead), environment);
    assertThat(ended.code()).as("%s:\n%s", line, ended.output()).isZero();
    return ended.output();
  }

  /**
   * Standard output is a terminal, which ansible-vault wants before it opens an editor; there is
   * none to ask for a password, so that it is read from standard input.
   */
  private Command.Ended run(String line, Map<String, String> environment) throws IOException {
    Files.writeString(tree.resolve("line.sh"), line + "\n");
    Files.writeString(tree.resolve("typed"), VAULT + "\n" + VAULT + "\n");
    Map<String, String> all = new HashMap<>(environment);
    all.put("ANSIBLE_NOCOLOR", "1");
    all.put("ANSIBLE_HOME", tree.resolve("ansible").toString());
    all.put("ANSIBLE_LOCAL_TEMP", tree.resolve("ansible/tmp").toString());
    String alone = "setsid --wait bash line.sh < typed";
    return Command.start(tree, all, List.of("script", "-qec", alone, "/dev/null"))
        .await(Command.PATIENCE);
  }

  private String hand(Lab lab, LabHost host, String line) throws IOException {
    return hand(lab, host, line, Map.of(), "");
  }

  /** In a login shell of the product's user; an operator becomes it before. */
  private String hand(Lab lab, LabHost host, String line, Map<String, String> instead, String typed)
      throws IOException {
    Path home = host.directory().resolve("home");
    Files.writeString(home.resolve("line.sh"), substituted(line, instead) + "\n");
    Files.writeString(home.resolve("typed"), typed + "\n");
    String shell = "bash -l line.sh < typed";
    return lab.byHand(host, lab == WEST ? "sudo su - omm -c '" + shell + "'" : shell);
  }

  /** What is run for a line of a page, which it has to be. */
  private String substituted(String line, Map<String, String> instead) throws IOException {
    assertThat(Pages.lines()).contains(line);
    done.add(line);
    String changed = line;
    for (Map.Entry<String, String> entry : instead.entrySet()) {
      assertThat(changed).contains(entry.getKey());
      changed = changed.replace(entry.getKey(), entry.getValue());
    }
    return changed;
  }
}
