package hacert.opengauss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import hacert.host.HostException;
import hacert.opengauss.ClusterStatus.Datanode;
import hacert.target.NodeIdentity;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which datanode of the status is on this host. */
class LocalNodeTest {
  @TempDir private Path base;
  private GaussHost host;

  @BeforeEach
  void build() throws Exception {
    host = new GaussHost(base);
  }

  private Optional<String> self(String first, String second, String address) throws Exception {
    return self(first, second, new NodeIdentity("inventory", address, 22, ""));
  }

  private Optional<String> self(String first, String second, NodeIdentity identity)
      throws Exception {
    Path status = base.resolve("status");
    Files.writeString(
        status,
        Files.readString(status).replace("192.0.2.11", first).replace("192.0.2.12", second));
    LocalNode node = new LocalNode(host.node().installation(), identity);
    return node.self(node.known()).map(Datanode::name);
  }

  @ParameterizedTest
  @CsvSource({"fd00:77::2, fd00:77:0:0:0:0:0:2", "FD00:77::02, fd00:77::2"})
  void is_told_by_its_address_in_whatever_form(String printed, String inventory) throws Exception {
    assertThat(self("fd00:77::1", printed, inventory)).hasValue("db2");
  }

  @Test
  void is_told_by_an_address_of_this_machine_in_whatever_form() throws Exception {
    InetAddress loopback = InetAddress.getByName("::1");
    Assumptions.assumeTrue(
        NetworkInterface.networkInterfaces()
            .flatMap(NetworkInterface::inetAddresses)
            .anyMatch(loopback::equals));
    assertThat(self("fd00:77::1", "::1", "")).hasValue("db2");
  }

  /** Else one node would be rotated twice, by two names, and the other one never. */
  @ParameterizedTest
  @CsvSource({"db2, ''", "db2, db2", "inventory, db2"})
  void is_not_told_by_a_name_in_the_inventory_that_its_own_address_contradicts(
      String name, String address) throws Exception {
    NodeIdentity named = new NodeIdentity(name, address, 22, "");
    assertThatThrownBy(() -> self("127.0.0.1", "192.0.2.12", named))
        .isInstanceOfSatisfying(
            HostException.class,
            e -> {
              assertThat(e.code()).isEqualTo("NODE_NOT_IDENTIFIED");
              assertThat(e.getMessage()).contains("db2", "192.0.2.12", "127.0.0.1 of db1");
            });
  }

  @Test
  void is_told_by_its_name_in_the_inventory_where_nothing_speaks_against_it() throws Exception {
    NodeIdentity named = new NodeIdentity("db2", "", 22, "");
    assertThat(self("fd00:77::1", "127.0.0.1", named)).hasValue("db2");
  }

  @Test
  void is_told_by_the_name_that_a_person_gave_whatever_its_addresses() throws Exception {
    NodeIdentity given = new NodeIdentity("db1", "", 22, "db2");
    assertThat(self("127.0.0.1", "192.0.2.12", given)).hasValue("db2");
  }

  @Test
  void is_not_told_by_what_is_no_address() throws Exception {
    assertThat(self("fd00:77::1", "fd00:77::2", "fd00:77::3")).isEmpty();
    assertThat(Addresses.same("localhost", "127.0.0.1")).isFalse();
    assertThat(Addresses.same("db1", "db1")).isTrue();
    assertThat(Addresses.of("999.0.0.1")).isEmpty();
  }
}
