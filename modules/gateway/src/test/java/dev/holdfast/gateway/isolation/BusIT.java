package dev.holdfast.gateway.isolation;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.core.BusMessage;
import dev.holdfast.core.BusValue;
import dev.holdfast.core.Caller;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.Ids;
import dev.holdfast.core.ServiceMessage;
import dev.holdfast.core.bus.Grant;
import dev.holdfast.gateway.http.HttpFixture;
import dev.holdfast.testkit.OwnRedis;
import dev.holdfast.testkit.RedisExtension;
import dev.holdfast.testkit.TestRedis;
import java.io.IOException;
import java.net.URI;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whatever a caller asks on the bus about a tenant that is not its own is answered as if nothing
 * were there, and by as many commands to Redis; and credentials let nobody claim to be another; for
 * every type of message in {@code api}.
 */
@ExtendWith(RedisExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BusIT {
  private static final Logger LOG = LoggerFactory.getLogger(BusIT.class);
  private static final int TRIES = 8;
  private static final Set<String> ALL = Set.of("*", "erase:files");

  private HttpFixture node;
  private CommandLog log;
  private Owner owner;
  private String before;
  private int cases;

  @BeforeAll
  void start(@OwnRedis TestRedis redis, @TempDir Path folder) throws Exception {
    node = new HttpFixture(redis.uri(), folder);
    owner = new Owner(node);
    log = new CommandLog(redis);
    before = owner.state();
  }

  @AfterAll
  void nothingOfTheOwnersHasChanged() throws Exception {
    LOG.info("{} cases", cases);
    try {
      assertEquals(before, owner.state());
    } finally {
      log.close();
      node.close();
    }
  }

  /** All records of the module that can cross the bus. */
  static List<Class<?>> values() throws Exception {
    Path at = Path.of(BusValue.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    if (Files.isDirectory(at)) {
      return values(at);
    }
    try (FileSystem jar = FileSystems.newFileSystem(URI.create("jar:" + at.toUri()), Map.of())) {
      return values(jar.getPath("/"));
    }
  }

  private static List<Class<?>> values(Path root) throws IOException {
    try (Stream<Path> files = Files.walk(root)) {
      return files
          .<String>map(file -> root.relativize(file).toString().replace('/', '.'))
          .filter(file -> file.startsWith("dev.holdfast.") && file.endsWith(".class"))
          .<Class<?>>map(file -> load(file.replaceAll("\\.class$", "")))
          .filter(type -> type.isRecord() && BusValue.class.isAssignableFrom(type))
          .toList();
    }
  }

  private static Class<?> load(String name) {
    try {
      return Class.forName(name, false, BusValue.class.getClassLoader());
    } catch (ClassNotFoundException e) {
      throw new IllegalStateException(e);
    }
  }

  static Stream<Class<?>> messages() throws Exception {
    return values().stream().filter(BusMessage.class::isAssignableFrom);
  }

  @Test
  void thereAreCasesForEveryTypeOfMessage() throws Exception {
    assertEquals(
        names(messages()), names(BusCases.ALL.keySet().stream()), "add a line to BusCases");
  }

  private static Set<String> names(Stream<Class<?>> types) {
    return types.map(Class::getName).collect(Collectors.toCollection(TreeSet::new));
  }

  @ParameterizedTest
  @MethodSource("messages")
  void whatIsAnothersIsAnsweredAsWhatNeverWas(Class<?> type) {
    var message = BusCases.ALL.get(type);
    if (BusCases.OF_NODES.contains(type) || !ServiceMessage.class.isAssignableFrom(type)) {
      return; // nobody but a node may send it: the next test
    }
    owner.keep();
    for (Asker asker : Asker.values()) {
      same(message, asker, false);
      same(message, asker, true);
    }
  }

  /** Who asks; {@code b} is a fresh name, or that of a suspended tenant. */
  private enum Asker {
    SERVICE_OF_ANOTHER_TENANT((b, a) -> new Caller.Service("desk", "1", Set.of(b), ALL)),
    SERVICE_OF_NO_TENANT((b, a) -> new Caller.Service("desk", "1", Set.of(), ALL)),
    USER_OF_ANOTHER_TENANT((b, a) -> new Caller.User(b, b, Set.of(), ALL)),
    SERVICE_OF_SUSPENDED_TENANT((b, a) -> new Caller.Service("desk", "1", Set.of(b), ALL)),
    USER_OF_SUSPENDED_TENANT((b, a) -> new Caller.User(b, b, Set.of(), ALL)),
    ANOTHER_USER((b, a) -> new Caller.User(a, b, Set.of(), Set.of()));

    final BiFunction<String, String, Caller> caller;

    Asker(BiFunction<String, String, Caller> caller) {
      this.caller = caller;
    }
  }

  private void same(Function<BusCases.Asked, BusMessage<?>> message, Asker asker, boolean ofOwn) {
    cases++;
    for (int tries = 1; ; tries++) {
      List<String> theirs = answer(message, asker, ofOwn, owner.things);
      List<String> nothing = answer(message, asker, ofOwn, owner.things.neverWere());
      String what = asker + (ofOwn ? " of its own tenant" : "");
      assertEquals(nothing.get(0), theirs.get(0), what);
      if (theirs.equals(nothing)) {
        return;
      }
      assertTrue(tries < TRIES, what + ": " + theirs + ", not " + nothing);
    }
  }

  /** The answer, then the commands that it took. */
  private List<String> answer(
      Function<BusCases.Asked, BusMessage<?>> message, Asker asker, boolean ofOwn, Things things) {
    String b = asker.name().contains("SUSPENDED") ? owner.suspendedTenant() : "b" + Ids.fresh();
    Caller caller = asker.caller.apply(b, owner.tenant);
    var asked = new BusCases.Asked(caller, ofOwn ? b : owner.tenant, things.without("node"));
    BusMessage<?> request;
    try {
      request = message.apply(asked);
    } catch (ClassCastException e) {
      return List.of("no user can send it");
    }
    List<String> answer = new ArrayList<>();
    List<String> commands =
        log.during(
            () -> answer.add(ask((ServiceMessage<?>) request)), asked.things().values().values());
    var outsider = new Outsider(b, b, "", List.of());
    answer.replaceAll(text -> Answers.masked(text, asked.things(), outsider));
    answer.addAll(commands);
    return answer;
  }

  private String ask(ServiceMessage<?> request) {
    try {
      return "" + HttpFixture.get(owner.bus.ask(request));
    } catch (IllegalStateException e) {
      HoldfastException named = HoldfastException.from(e.getCause().getCause());
      return named.code() + ": " + named.publicMessage();
    }
  }

  @ParameterizedTest
  @MethodSource("messages")
  void credentialsLetNobodyClaimToBeAnother(Class<?> type) {
    var message = BusCases.ALL.get(type);
    Grant grant = new Grant("desk", Set.of("b"));
    var own = new Caller.Service("desk", "1", Set.of("b"), Set.of("*"));
    List<Caller> others =
        List.of(
            new Caller.Service("desk", "1", Set.of("a"), Set.of()),
            new Caller.Service("desk", "1", Set.of("a", "b"), Set.of()),
            new Caller.Service("desk", "1", Set.of("*"), Set.of()),
            new Caller.Service("tooth", "1", Set.of("b"), Set.of()),
            new Caller.User("b", "u", Set.of(), Set.of()));
    for (Caller other : others) {
      refused(grant, () -> message.apply(new BusCases.Asked(other, "b", owner.things)));
    }
    if (BusCases.OF_NODES.contains(type)) {
      refused(grant, () -> message.apply(new BusCases.Asked(own, "b", owner.things)));
    } else {
      assertDoesNotThrow(
          () -> grant.check(message.apply(new BusCases.Asked(own, "b", owner.things))));
    }
  }

  private static void refused(Grant grant, Supplier<BusMessage<?>> message) {
    BusMessage<?> made;
    try {
      made = message.get();
    } catch (ClassCastException e) {
      return; // it can't even be said of such a caller
    }
    var refusal = assertThrows(HoldfastException.class, () -> grant.check(made), made.toString());
    assertEquals(ErrorCode.FORBIDDEN, refusal.code());
  }

  /** Hints between nodes, and answers: credentials open none of them, but answers of services. */
  @Test
  void whatIsNoMessageNamesNoCaller() throws Exception {
    for (Class<?> type : values()) {
      boolean named =
          Stream.of(type.getRecordComponents())
              .anyMatch(component -> Caller.class.isAssignableFrom(component.getType()));
      boolean message = BusMessage.class.isAssignableFrom(type);
      boolean expected = message && !BusCases.UNNAMED.contains(type);
      assertEquals(expected || BusCases.NAMED_ANSWERS.contains(type), named, type.getName());
    }
  }
}
