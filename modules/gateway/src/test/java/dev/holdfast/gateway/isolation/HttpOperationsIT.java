package dev.holdfast.gateway.isolation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.gateway.http.Contract;
import dev.holdfast.gateway.http.Contract.Operation;
import dev.holdfast.gateway.http.HttpFixture;
import dev.holdfast.gateway.isolation.Outsider.Kind;
import dev.holdfast.testkit.OwnRedis;
import dev.holdfast.testkit.RedisExtension;
import dev.holdfast.testkit.TestRedis;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
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
 * Whatever an outsider asks over HTTP about what is another's is answered byte for byte as if it
 * had never been, and by as many commands to Redis; for every operation of the document.
 */
@ExtendWith(RedisExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HttpOperationsIT {
  private static final Logger LOG = LoggerFactory.getLogger(HttpOperationsIT.class);
  private static final List<Operation> OPERATIONS = Contract.load().operations();

  /** Commands of something else that went on may be among those counted: then it is done again. */
  private static final int TRIES = 8;

  /** What a namesake knows as well, what any client gets, and a number. */
  private static final Set<String> PUBLIC = Set.of("user", "node", "generation");

  /** Ways to write an id so that it might lead elsewhere. */
  private static final List<UnaryOperator<String>> TRICKS =
      List.of(
          id -> id + "*",
          id -> "%2A",
          id -> "..%2F" + id,
          id -> "x%2F..%2F" + id,
          id -> "%2e%2e%252f" + id,
          id -> id + "%00",
          id -> id + "%0D%0A",
          id -> "%7B" + id + "%7D",
          id -> id + "%20",
          id -> id.toUpperCase(Locale.ROOT),
          id -> "%D0%B0" + id.substring(1));

  private HttpFixture node;
  private CommandLog log;
  private Owner owner;
  private Outsider.Tokens ended;
  private String before;
  private int cases;

  @BeforeAll
  void start(@OwnRedis TestRedis redis, @TempDir Path folder) throws Exception {
    node = new HttpFixture(redis.uri(), folder);
    owner = new Owner(node);
    ended = new Outsider.Tokens(owner.revoked(), owner.expired(), owner.suspendedTenant());
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

  static Stream<Operation> operations() {
    return OPERATIONS.stream().filter(one -> !HttpCases.ELSEWHERE.contains(one.id()));
  }

  @Test
  void thereAreCasesForEveryOperation() {
    var ids = OPERATIONS.stream().map(Operation::id).collect(Collectors.toCollection(TreeSet::new));
    assertEquals(ids, new TreeSet<>(HttpCases.operations()), "add a line to HttpCases");
    for (Operation operation : OPERATIONS) {
      String id = operation.id();
      if (HttpCases.OF_NO_TENANT.contains(id)) {
        assertFalse(operation.secured(), id + " takes a token, so it knows of tenants");
      } else if (!HttpCases.ELSEWHERE.contains(id)) {
        assertFalse(HttpCases.of(id).isEmpty(), id);
      }
      for (Ask ask : HttpCases.of(id)) {
        String path = operation.path().replaceAll("\\{\\w+}", "[^/?]+");
        assertTrue(ask.target().replaceAll("\\?.*", "").matches(path), ask.target());
      }
    }
  }

  @ParameterizedTest
  @MethodSource("operations")
  void whatIsAnothersIsAnsweredAsWhatNeverWas(Operation operation) {
    if (HttpCases.OF_NO_TENANT.contains(operation.id())) {
      namesNothing(operation);
    }
    for (Ask ask : HttpCases.of(operation.id())) {
      owner.keep();
      for (Kind kind : Kind.values()) {
        if (kind.isOwn(ask.all())) {
          continue;
        }
        same(operation, ask, kind);
        if (kind == Kind.USER_OF_ANOTHER_TENANT || kind == Kind.ANOTHER_USER) {
          TRICKS.forEach(trick -> tricked(operation, ask, kind, trick));
        }
      }
    }
  }

  /** Or the cases would not reach what they are meant to. */
  @ParameterizedTest
  @MethodSource("operations")
  void itsOwnerSeesADifference(Operation operation) {
    Things never = owner.things.neverWere();
    for (Ask ask : HttpCases.of(operation.id())) {
      boolean mine = !ask.changes() && !operation.operators();
      if (mine && ask.target().matches("/v1/(sessions|runs|threads|files|connections)/.*")) {
        String there = answer(operation, ask, owner.things, owner.token);
        assertNotEquals(there, answer(operation, ask, never, owner.token), ask.toString());
      }
    }
  }

  private void same(Operation operation, Ask ask, Kind kind) {
    Things never = owner.things.neverWere();
    cases++;
    for (int tries = 1; ; tries++) {
      Try theirs = tried(operation, ask, kind, owner.things);
      Try nothing = tried(operation, ask, kind, never);
      String what = kind + " " + operation.id() + " " + ask.target() + " " + ask.body();
      assertEquals(nothing.answer(), theirs.answer(), what);
      if (kind.isEnded() && operation.secured()) {
        assertTrue(theirs.answer().matches("(?s)40[13] .*"), what + theirs.answer());
        assertEquals(List.of(), nothing.commands(), what);
      }
      if (theirs.commands().equals(nothing.commands())) {
        return;
      }
      assertTrue(tries < TRIES, what + ": " + theirs.commands() + ", not " + nothing.commands());
    }
  }

  /** An answer, and the commands that it took. */
  private record Try(String answer, List<String> commands) {}

  private Try tried(Operation operation, Ask ask, Kind kind, Things things) {
    Outsider outsider = kind.of(owner, ended);
    String[] answer = new String[1];
    Things asked = things.of(ask.all()).without("generation");
    List<String> names = new ArrayList<>(asked.values().values());
    names.addAll(outsider.names());
    List<String> commands =
        log.during(() -> answer[0] = answer(operation, ask, things, outsider.token()), names);
    leaks(ask, things, answer[0]);
    return new Try(Answers.masked(answer[0], things.of(ask.all()), outsider), commands);
  }

  /** An answer never names a thing of the owner's that was not asked for. */
  private void leaks(Ask ask, Things things, String answer) {
    Map<String, String> secrets = new HashMap<>(owner.things.values());
    secrets.keySet().removeAll(things.of(ask.all()).values().keySet());
    secrets.keySet().removeAll(PUBLIC);
    secrets.forEach(
        (kind, value) ->
            assertFalse(answer.contains(value), kind + " in the answer to " + ask + answer));
  }

  private void tricked(Operation operation, Ask ask, Kind kind, UnaryOperator<String> trick) {
    if (!ask.target().contains("$")) {
      return;
    }
    cases++;
    Things theirs = owner.things.changed(ask.target(), trick);
    Things nothing = owner.things.neverWere().changed(ask.target(), trick);
    Outsider one = kind.of(owner, ended);
    Outsider other = kind.of(owner, ended);
    assertEquals(
        Answers.masked(
            answer(operation, ask, nothing, other.token()), nothing.of(ask.target()), other),
        Answers.masked(answer(operation, ask, theirs, one.token()), theirs.of(ask.target()), one),
        () -> kind + " " + theirs.fill(ask.target()));
  }

  private void namesNothing(Operation operation) {
    String path = operation.path().replaceAll("\\{\\w+}", "client.js");
    String answer = answer(operation, Ask.of(path), owner.things, null);
    leaks(Ask.of(path), owner.things, answer);
  }

  private String answer(Operation operation, Ask ask, Things things, String token) {
    return Answers.of(node, operation, ask, things, token);
  }
}
