package hacert.rotation;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import hacert.host.HostException;
import hacert.result.Json;
import hacert.rotation.RequestReader.Call;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RequestReaderTest {
  private final Map<String, Object> request = new LinkedHashMap<>();
  private final ByteArrayOutputStream secrets = new ByteArrayOutputStream();

  RequestReaderTest() {
    request.put("schema", "hacert.request/1");
    request.put("operation", "discover");
    request.put("cluster", "prod_mrs1");
    request.put("target", "mrs-ha");
    request.put("profile", "mrs-2x");
    request.put("node", Map.of("name", "mgmt1", "address", "192.0.2.11", "port", 22));
    request.put("holder", Map.of("host", "control", "process", "1@2"));
  }

  private RequestReaderTest with(String key, Object value) {
    request.put(key, value);
    return this;
  }

  private RequestReaderTest secret(int length, String text) {
    secrets.writeBytes(ByteBuffer.allocate(4).putInt(length).array());
    secrets.writeBytes(text.getBytes(UTF_8));
    return this;
  }

  private byte[] bytes() throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    all.writeBytes(Json.mapper().writeValueAsBytes(request));
    if (secrets.size() > 0) {
      all.write(0);
      all.writeBytes(secrets.toByteArray());
    }
    return all.toByteArray();
  }

  private static Call read(byte[] bytes) throws Exception {
    return RequestReader.read(new ByteArrayInputStream(bytes));
  }

  private String refusal() throws IOException {
    return refusal(bytes());
  }

  private static String refusal(byte[] bytes) {
    HostException e = catchThrowableOfType(HostException.class, () -> read(bytes));
    assertThat(e).as("a refusal").isNotNull();
    assertThat(e.code()).isEqualTo("REQUEST_INVALID");
    return e.getMessage();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", " ", "\u0000", "null", "[]", "17", "\"x\"", "{}", "{", "{\"schema\":", "x"})
  void refuses_what_is_no_request(String text) {
    assertThat(refusal(text.getBytes(UTF_8))).startsWith("The request cannot be used");
  }

  @Test
  void refuses_a_request_that_is_cut_off_anywhere() throws Exception {
    byte[] whole = bytes();
    for (int length = 0; length < whole.length; length++) {
      refusal(Arrays.copyOf(whole, length));
    }
    assertThat(read(whole).request().cluster()).isEqualTo("prod_mrs1");
  }

  @Test
  void refuses_text_after_the_request() throws Exception {
    byte[] whole = bytes();
    byte[] longer = Arrays.copyOf(whole, whole.length + 2);
    longer[whole.length] = '{';
    longer[whole.length + 1] = '}';
    refusal(longer);
  }

  @Test
  void refuses_more_than_32_megabytes_without_reading_on() throws Exception {
    long[] given = {0};
    InputStream endless =
        new InputStream() {
          @Override
          public int read() {
            given[0]++;
            return ' ';
          }

          @Override
          public int read(byte[] buffer, int from, int length) {
            Arrays.fill(buffer, from, from + length, (byte) ' ');
            given[0] += length;
            return length;
          }
        };
    HostException e = catchThrowableOfType(HostException.class, () -> RequestReader.read(endless));
    assertThat(e.getMessage()).contains("longer than 33554432 bytes");
    assertThat(given[0]).isLessThan(34L << 20);
  }

  @Test
  void refuses_another_schema_and_says_what_to_do() throws Exception {
    assertThat(with("schema", "hacert.request/2").refusal())
        .contains("'hacert.request/2'", "hacert.request/1", "install the jar");
  }

  @Test
  void refuses_unknown_fields() throws Exception {
    assertThat(with("pasword", "x").refusal()).contains("pasword");
  }

  @Test
  void refuses_unknown_settings() throws Exception {
    assertThat(with("settings", Map.of("forse", true)).refusal()).contains("forse");
  }

  @ParameterizedTest
  @ValueSource(strings = {"validity_days", "renew_before_days", "generation", "generations"})
  void refuses_settings_that_count_below_nothing(String key) throws Exception {
    assertThat(with("settings", Map.of(key, -1)).refusal())
        .contains(key + " is -1, expected 0 or more");
  }

  @ParameterizedTest
  @ValueSource(strings = {"~", "~/state", "~omm/state"})
  void refuses_a_state_directory_with_a_tilde(String directory) throws Exception {
    assertThat(with("settings", Map.of("state_dir", directory)).refusal())
        .contains("state_dir is " + directory + ", expected one that is absolute");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "..", ".x", "../x", "a/b", "a b", "a\n", "ä", "-x", "a\u0000"})
  void refuses_names_that_could_be_paths_or_options(String name) throws Exception {
    with("cluster", name).refusal();
    with("cluster", "pair").with("node", Map.of("name", name)).refusal();
  }

  @Test
  void refuses_names_that_are_too_long() throws Exception {
    assertThat(read(with("cluster", "a".repeat(100)).bytes()).request().cluster()).hasSize(100);
    with("cluster", "a".repeat(101)).refusal();
  }

  @Test
  void refuses_an_unknown_operation() throws Exception {
    assertThat(with("operation", "Apply").refusal()).contains("discover", "rollback");
  }

  @ParameterizedTest
  @ValueSource(strings = {"target", "profile", "node", "holder", "operation", "cluster", "schema"})
  void refuses_a_request_without_what_it_needs(String key) throws Exception {
    request.remove(key);
    refusal();
  }

  @ParameterizedTest
  @ValueSource(strings = {"stage", "apply", "confirm", "close", "rollback"})
  void refuses_to_change_anything_without_a_plan(String operation) throws Exception {
    assertThat(with("operation", operation).refusal()).contains(operation + " needs the plan");
    with("plan", Map.of("rotation", "x", "order", List.of("mgmt1"))).refusal();
  }

  @Test
  void refuses_a_plan_for_other_nodes_or_with_a_path_for_its_id() throws Exception {
    Plan plan = Records.plan();
    Map<String, Object> map =
        Json.mapper().convertValue(plan, new com.fasterxml.jackson.core.type.TypeReference<>() {});
    Map<String, Object> node = Map.of("address", "192.0.2.11", "state_directory", "/x");
    map.put("nodes", Map.of("mgmt1", node, "mgmt2", node));
    assertThat(read(with("operation", "stage").with("plan", map).bytes()).request().plan().order())
        .containsExactly("mgmt1", "mgmt2");
    map.put("rotation", "../../x");
    assertThat(refusal()).contains("no id of a rotation");
    map.put("rotation", "x");
    with("node", Map.of("name", "mgmt3"));
    assertThat(refusal()).contains("'mgmt3' is not in the plan");
  }

  @Test
  void reads_secrets_in_their_order_with_any_byte_in_them() throws Exception {
    with("secrets", List.of("password", "bundle/root-ca.crt", "bundle/root-ca.pem"));
    secret(3, "a\u0000b").secret(0, "").secret(4, "€.");
    try (Secrets read = read(bytes()).secrets()) {
      assertThat(read.password().orElseThrow().copy()).isEqualTo("a\u0000b".getBytes(UTF_8));
      assertThat(read.bundleGiven()).isTrue();
      assertThat(read.bundle().files()).containsOnlyKeys("root-ca.crt", "root-ca.pem");
      assertThat(read.bundle().files().get("root-ca.pem")).isEqualTo("€.".getBytes(UTF_8));
      assertThat(read.bundlePassword()).isEqualTo(read.password());
      assertThat(read.toString()).doesNotContain("€");
    }
  }

  @Test
  void refuses_secrets_that_are_missing_or_cut_off() throws Exception {
    with("secrets", List.of("password"));
    assertThat(refusal()).contains("ends before secret 'password'");
    secrets.write(0);
    assertThat(refusal()).contains("ends before secret 'password'");
    secrets.reset();
    assertThat(secret(5, "1234").refusal()).contains("no valid length").doesNotContain("1234");
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, Integer.MIN_VALUE, Integer.MAX_VALUE, (1 << 20) + 1})
  void refuses_hostile_lengths_of_secrets(int length) throws Exception {
    with("secrets", List.of("password"));
    assertThat(secret(length, "Passw0rd.").refusal()).contains("no valid length");
  }

  @Test
  void refuses_too_many_secrets_and_names_given_twice() throws Exception {
    with("secrets", java.util.Collections.nCopies(33, "password"));
    assertThat(refusal()).contains("more than 32 secrets");
    with("secrets", List.of("password", "password"));
    assertThat(secret(1, "a").secret(1, "b").refusal()).contains("named twice");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"null", "[]", "[null]", "[{}]", "[{\"host\":\"a\",\"outcome\":\"failed\"}]"})
  void refuses_results_of_other_nodes_that_lack_a_part(String found) throws Exception {
    with("operation", "decide").with("found", Json.mapper().readTree(found));
    if (found.equals("null") || found.equals("[]")) {
      assertThat(read(bytes()).request().found()).isEmpty();
    } else {
      refusal();
    }
  }

  @Test
  void refuses_peers_without_a_name_and_plans_with_nulls_in_them() throws Exception {
    with("peers", List.of(Map.of("address", "192.0.2.12")));
    assertThat(refusal()).contains("peers must have names");
    request.remove("peers");
    Map<String, Object> plan =
        Json.mapper()
            .convertValue(Records.plan(), new com.fasterxml.jackson.core.type.TypeReference<>() {});
    for (String key : List.of("order", "staging", "back", "supersedes")) {
      Map<String, Object> broken = new LinkedHashMap<>(plan);
      broken.put(key, Arrays.asList("mgmt1", null));
      assertThat(with("operation", "apply").with("plan", broken).refusal()).isNotBlank();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"17", "{}", "{\"node\":\"mgmt1\",\"role\":\"king\"}"})
  void decides_nothing_from_a_discovery_that_lacks_a_part(String discovery) throws Exception {
    Map<String, Object> result =
        Json.mapper()
            .convertValue(
                Records.result("discover", "mgmt1", hacert.result.Outcome.FAILED, "X"),
                new com.fasterxml.jackson.core.type.TypeReference<>() {});
    result.put("data", Map.of("discovery", Json.mapper().readTree(discovery)));
    with("operation", "decide").with("found", List.of(result));
    Operations operations =
        new Operations(
            Map.of("mrs-ha", new hacert.oms.MrsTarget()),
            () -> {
              throw new AssertionError("decide looks at no host");
            },
            peer -> {
              throw new AssertionError("decide asks no peer");
            },
            "test");
    Call call = read(bytes());
    try (Secrets secrets = call.secrets()) {
      hacert.result.Result answer = operations.execute(call.request(), secrets);
      assertThat(answer.outcome()).isEqualTo(hacert.result.Outcome.REFUSED);
      assertThat(answer.findings().get(0).code()).isEqualTo("REQUEST_INVALID");
    }
  }
}
