package hacert.opengauss;

import static org.assertj.core.api.Assertions.assertThat;

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
    Path status = base.resolve("status");
    Files.writeString(
        status,
        Files.readString(status).replace("192.0.2.11", first).replace("192.0.2.12", second));
    LocalNode node =
        new LocalNode(host.node().installation(), new NodeIdentity("inventory", address, 22, ""));
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

  @Test
  void is_not_told_by_what_is_no_address() throws Exception {
    assertThat(self("fd00:77::1", "fd00:77::2", "fd00:77::3")).isEmpty();
    assertThat(Addresses.same("localhost", "127.0.0.1")).isFalse();
    assertThat(Addresses.same("db1", "db1")).isTrue();
    assertThat(Addresses.of("999.0.0.1")).isEmpty();
  }
}
