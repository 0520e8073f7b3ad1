package hacert.rotation;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import hacert.host.AtomicFiles;
import hacert.host.Sha256;
import hacert.oms.MrsTarget;
import hacert.result.Exit;
import hacert.result.Outcome;
import hacert.result.Result;
import hacert.target.Bundle;
import hacert.target.Made;
import hacert.target.ManagedNode;
import hacert.target.Target;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of the CA of our own in a rotation that renews it, however that ends. */
class AuthorityStoreTest {
  @TempDir Path base;
  private TwoHosts pair;
  private Path authority;
  private int made;

  /** A pair whose bundles come with a new CA each, as those of openGauss may. */
  @BeforeEach
  void build() throws Exception {
    pair = new TwoHosts(base).target(around(Target.class, new MrsTarget(), this::opened));
    pair.settings = Map.of("force", true);
    authority = pair.one.state().resolve("authority");
    Files.createDirectories(authority);
    Files.writeString(authority.resolve("ca.crt"), "certificate 0");
    Files.writeString(authority.resolve("ca.key"), "key 0");
  }

  private interface Change {
    Object of(String method, Object answer);
  }

  private static <T> T around(Class<T> type, T real, Change change) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, arguments) ->
                change.of(method.getName(), call(real, method, arguments))));
  }

  private static Object call(Object real, Method method, Object... arguments) throws Throwable {
    try {
      return method.invoke(real, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }

  private Object opened(String method, Object answer) {
    return answer instanceof ManagedNode node
        ? around(ManagedNode.class, node, this::withAuthority)
        : answer;
  }

  private Object withAuthority(String method, Object answer) {
    if (!method.equals("make")) {
      return answer;
    }
    made++;
    Made real = (Made) answer;
    Map<String, byte[]> files =
        Map.of(
            "ca.crt", ("certificate " + made).getBytes(UTF_8),
            "ca.key", ("key " + made).getBytes(UTF_8));
    return new Made(real.bundle(), new Bundle(files), real.findings());
  }

  private void isPair(Path directory, int number) {
    assertThat(directory.resolve("ca.crt")).hasContent("certificate " + number);
    assertThat(directory.resolve("ca.key")).hasContent("key " + number);
  }

  private void nothingWaits() throws Exception {
    try (Stream<Path> all = Files.walk(pair.one.state().resolve("rotations"))) {
      assertThat(all.map(Path::getFileName).map(Path::toString)).doesNotContain("authority");
    }
  }

  private Path before() throws Exception {
    return authority.resolve("before-" + pair.one.journal().rotation());
  }

  @Test
  void a_rotation_that_ends_well_puts_the_new_one_in_place_and_keeps_the_one_before()
      throws Exception {
    assertThat(pair.rotate().exit()).as(pair.codes().toString()).isEqualTo(Exit.DONE);
    isPair(authority, 1);
    isPair(before(), 0);
    Path first = authority.relativize(before());
    nothingWaits();
    assertThat(pair.two.state().resolve("authority")).doesNotExist();
    assertThat(Files.getPosixFilePermissions(authority))
        .containsExactlyInAnyOrder(
            PosixFilePermission.OWNER_READ,
            PosixFilePermission.OWNER_WRITE,
            PosixFilePermission.OWNER_EXECUTE);
    assertThat(pair.anotherRun().rotate().exit()).isEqualTo(Exit.DONE);
    isPair(authority, 2);
    isPair(before(), 1);
    isPair(before().resolve(first), 0);
  }

  @Tag("long")
  @Test
  void the_very_first_one_takes_no_place_of_another() throws Exception {
    Trees.remove(authority);
    assertThat(pair.rotate().exit()).isEqualTo(Exit.DONE);
    isPair(authority, 1);
    assertThat(before()).doesNotExist();
  }

  @Test
  void a_stage_that_fails_after_it_was_made_leaves_the_old_one() throws Exception {
    pair.peerAnswers = false;
    assertThat(pair.rotate().exit()).isEqualTo(Exit.REFUSED);
    assertThat(made).isEqualTo(1);
    isPair(authority, 0);
    nothingWaits();
  }

  @Tag("long")
  @Test
  void a_rotation_that_goes_back_leaves_the_old_one() throws Exception {
    pair.two.on("replace-fails-after");
    assertThat(pair.rotate().exit()).isEqualTo(Exit.ROLLED_BACK);
    isPair(authority, 0);
    nothingWaits();
  }

  @Tag("long")
  @Test
  void a_rotation_that_is_forgotten_leaves_the_old_one() throws Exception {
    pair.stage(pair.plan());
    isPair(authority, 0);
    assertThat(pair.anotherRun().rotate().exit()).isEqualTo(Exit.DONE);
    assertThat(made).isEqualTo(2);
    isPair(authority, 2);
    isPair(before(), 0);
    nothingWaits();
  }

  @Tag("long")
  @Test
  void as_long_as_it_may_still_go_back_the_old_one_is_in_place() throws Exception {
    pair.one.on("restart-fails-down");
    assertThat(pair.rotate().exit()).isEqualTo(Exit.NEEDS_PERSON);
    isPair(authority, 0);
    isPair(waiting(), 1);
    pair.one.off("restart-fails-down");
    assertThat(pair.anotherRun().rollback().exit()).isEqualTo(Exit.DONE);
    isPair(authority, 0);
    nothingWaits();
  }

  private Path waiting() throws Exception {
    return new StateDirectory(pair.one.state()).authority(pair.one.journal().rotation());
  }

  @Tag("long")
  @Test
  void an_older_generation_that_is_brought_back_takes_neither_away() throws Exception {
    assertThat(pair.rotate().exit()).isEqualTo(Exit.DONE);
    Path before = before();
    assertThat(pair.anotherRun().rollback().exit()).isEqualTo(Exit.DONE);
    isPair(authority, 1);
    isPair(before, 0);
  }

  /** Before the first rename, between both, and after them. */
  @Test
  void a_call_that_is_killed_while_it_puts_it_in_place_is_gone_on_with() throws Exception {
    for (int renamed = 0; renamed < 3; renamed++) {
      TwoHosts cut = new TwoHosts(Files.createDirectories(base.resolve("cut-" + renamed)));
      StateDirectory state = new StateDirectory(cut.one.state());
      AuthorityStore store = new AuthorityStore(state);
      cut.stage(cut.plan());
      Journal journal = cut.one.journal();
      String id = journal.rotation();
      write(state.authority(), 0);
      store.await(id, bundle(1));
      new JournalStore(state).archive(journal.with(Outcome.SUCCEEDED));
      store.settle();
      isPair(state.authority(), 0);
      assertThat(store.kept()).isEqualTo(Sha256.of("certificate 0".getBytes(UTF_8)));
      new JournalStore(state).save(journal.with(Outcome.SUCCEEDED));
      if (renamed > 0) {
        AtomicFiles.move(state.authority(), state.authority(id).resolve("before-" + id));
      }
      if (renamed > 1) {
        AtomicFiles.move(state.authority(id), state.authority());
      }
      assertThat(store.kept()).isEqualTo(Sha256.of("certificate 1".getBytes(UTF_8)));
      store.settle();
      store.settle();
      isPair(state.authority(), 1);
      isPair(state.authority().resolve("before-" + id), 0);
      assertThat(state.authority(id)).doesNotExist();
    }
  }

  /** What would make a second CA, or take one at random, is not gone on with. */
  @Test
  void makes_nothing_where_nodes_keep_different_cas() throws Exception {
    Path second = Files.createDirectories(pair.two.state().resolve("authority"));
    Files.writeString(second.resolve("ca.crt"), "another certificate");
    Result refused = pair.ask("stage", pair.one, pair.plan(), List.of(), null);
    assertThat(refused.outcome()).isEqualTo(Outcome.REFUSED);
    assertThat(refused.findings())
        .singleElement()
        .matches(f -> f.code().equals("CA_ON_SEVERAL_NODES"))
        .matches(f -> f.message().contains("mgmt1, mgmt2"))
        .matches(f -> f.remedy().contains(authority.toString()));
    assertThat(made).isZero();
    // A copy of the same one does no harm.
    Files.writeString(second.resolve("ca.crt"), "certificate 0");
    assertThat(pair.stage(pair.plan())).extracting(Result::outcome).containsOnly(Outcome.SUCCEEDED);
  }

  @Test
  void one_that_was_made_in_vain_waits_no_more_when_none_is_made_the_second_time()
      throws Exception {
    StateDirectory state = new StateDirectory(pair.one.state());
    AuthorityStore store = new AuthorityStore(state);
    store.await("r", bundle(1));
    isPair(state.authority("r"), 1);
    store.await("r", new Bundle(Map.of()));
    assertThat(state.authority("r")).doesNotExist();
  }

  @Test
  void nothing_is_removed_of_a_rotation_of_which_nothing_is_known() throws Exception {
    StateDirectory state = new StateDirectory(pair.one.state());
    AuthorityStore store = new AuthorityStore(state);
    store.await("r", bundle(1));
    store.settle();
    isPair(state.authority("r"), 1);
  }

  private static Bundle bundle(int number) {
    return new Bundle(
        Map.of(
            "ca.crt", ("certificate " + number).getBytes(UTF_8),
            "ca.key", ("key " + number).getBytes(UTF_8)));
  }

  private static void write(Path directory, int number) throws IOException {
    Files.createDirectories(directory);
    for (String line : List.of("certificate", "key")) {
      String name = line.equals("key") ? "ca.key" : "ca.crt";
      Files.writeString(directory.resolve(name), line + " " + number);
    }
  }
}
