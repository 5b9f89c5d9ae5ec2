package dev.holdfast.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PermissionPatternTest {
  private static final String MARKS = "._~@|+:/=-";

  private static Caller.User user(String name, String... permissions) {
    return new Caller.User("acme", name, Set.of(), Set.of(permissions));
  }

  private static boolean subscribes(Caller caller, String channel) {
    return caller.permits("subscribe", channel);
  }

  @ParameterizedTest
  @CsvSource({
    // what is held, the user, what it opens, what it does not
    "topic:orders/*,              ann,     topic:orders/1,            topic:orders",
    "topic:orders/*,              ann,     topic:orders/1/2,          topic:order/1",
    "topic:orders*,               ann,     topic:orders2,             topic:order",
    "topic:orders/*/state,        ann,     topic:orders/1/state,      topic:orders/1/2/state",
    "topic:orders/*/state,        ann,     topic:orders/*/state,      topic:orders//state",
    "topic:orders/*/state,        ann,     topic:orders/~/state,      topic:orders/1/states",
    "topic:*/state,               ann,     topic:orders/state,        topic:a/b/state",
    "topic:*/*/*,                 ann,     topic:a/b/c/d,             topic:a/b",
    "topic:users/{user},          ann,     topic:users/ann,           topic:users/anna",
    "topic:users/{user},          ann,     topic:users/ann,           topic:users/ann/x",
    "topic:users/{user}/*,        ann,     topic:users/ann/x/y,       topic:users/anna/x",
    "topic:users/{user}/*,        ann,     topic:users/ann/x,         topic:users/bob/x",
    "topic:{user},                ann,     topic:ann,                 topic:bob",
    "topic:{tenant}/{user}/in,    ann,     topic:acme/ann/in,         topic:ann/acme/in",
    "topic:{user}/in,             a/b,     topic:a~2Fb/in,            topic:a/b/in",
    "topic:{user}/*,              a/b,     topic:a~2Fb/in,            topic:a/b",
    "topic:{user},                auth0|x, topic:auth0~7Cx,           topic:auth0",
    "topic:{user},                a~2Fb,   topic:a~7E2Fb,             topic:a~2Fb",
    "topic:{user}/*,              ..,      topic:../x,                topic:x",
    "topic:{user},                azAZ09,  topic:azAZ09,              topic:az",
    "topic:{user}/a*,             ann,     topic:ann/ab,              topic:ann/b",
    "run:*,                       ann,     run:r1,                    topic:r1"
  })
  void aPatternOpensWhatItSaysAndNothingElse(
      String held, String name, String opened, String closed) {
    Caller caller = user(name, "subscribe:" + held);

    assertTrue(subscribes(caller, opened), opened);
    assertFalse(subscribes(caller, closed), closed);
    assertFalse(caller.permits("publish", opened), "another verb");
    assertEquals(Optional.empty(), Permissions.problem("subscribe:" + held));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "subscribe:*:news",
        "subscribe:{user}",
        "subscribe:{user}:*",
        "subscribe:{user}:ann",
        "subscribe:to*:ann",
        "{user}:topic:ann",
        "*:topic:ann",
        "subscribe:topic:x{user}",
        "subscribe:topic:{user}x",
        "subscribe:topic:{user}*",
        "subscribe:topic:{user}{tenant}",
        "subscribe:topic:a*/b",
        "subscribe:topic:*a/b",
        "subscribe:topic:**/b",
        "subscribe:topic:**",
        "subscribe:topic:{session}",
        "subscribe:topic:{USER}",
        "subscribe:topic:{}",
        "subscribe:topic:{user",
        "subscribe:topic:user}/{",
        "request:{user}",
        "run:{user}",
        "service:{user}",
        "files:{user}",
        "tokens:{user}",
        "limits:{user}"
      })
  void whatIsNoPatternPermitsNothing(String held) {
    for (String name : List.of("ann", "topic", "tenant", "read", "revoke", "write", "x", "a/b")) {
      Caller caller = user(name, held);
      for (String target :
          List.of("topic:ann", "topic:" + name, "topic:x" + name, "tenant", name)) {
        assertFalse(subscribes(caller, target), held + " of " + name + " opens " + target);
      }
      for (String verb : List.of("request", "run", "service", "files", "tokens", "limits")) {
        assertFalse(caller.permits(verb, name), held + " of " + name + " permits " + verb);
      }
    }
    String problem = Permissions.problem(held).orElseThrow();
    assertTrue(problem.startsWith("*, {user} and {tenant} stand for a whole segment"), problem);
  }

  @Test
  void aServiceHasATenantIfItIsOneAndNoUser() {
    Set<String> held = Set.of("history:topic:{tenant}/in", "publish:topic:{user}/in");
    var one = new Caller.Service("desk", "1", Set.of("acme"), held);
    var two = new Caller.Service("desk", "1", Set.of("acme", "other"), held);
    var all = new Caller.Service("desk", "1", Set.of("*"), held);

    assertTrue(one.permits("history", "topic:acme/in"));
    assertFalse(one.permits("publish", "topic:desk/in"));
    assertFalse(two.permits("history", "topic:acme/in"));
    assertFalse(all.permits("history", "topic:~2A/in"));
    for (char at : new char[] {0x80, 0x4e16}) {
      var none = new Caller.Service("desk", "1", Set.of("" + at), held);
      assertFalse(none.permits("history", "topic:~80/in"));
    }
  }

  /** Whatever a user is called, its own segment is its own alone, and one segment. */
  @Test
  void noNameIsAnotherNamesOrHasTwoSegments() {
    Random random = new Random(16);
    for (int i = 0; i < 20_000; i++) {
      String one = name(random);
      String other = random.nextBoolean() ? name(random) : one + MARKS.charAt(random.nextInt(10));
      String segment = written(one);

      assertTrue(subscribes(user(one, "subscribe:topic:a/{user}/b"), "topic:a/" + segment + "/b"));
      assertEquals(
          one.equals(other),
          subscribes(user(other, "subscribe:topic:a/{user}/b"), "topic:a/" + segment + "/b"),
          () -> one + " and " + other);
      assertTrue(Pattern.matches("[A-Za-z0-9._~-]+", segment), segment);
    }
  }

  /** As a regular expression would have it. */
  @Test
  void randomPatternsOpenWhatRegularExpressionsWould() {
    Random random = new Random(17);
    String[] parts = {"a", "b", "ab", "*", "{user}", "{tenant}"};
    String[] names = {"a", "b", "ab", "ann", "acme", "", "an", "annn"};
    int opened = 0;
    for (int i = 0; i < 50_000; i++) {
      StringBuilder pattern = new StringBuilder(parts[random.nextInt(parts.length)]);
      StringBuilder topic = new StringBuilder(names[random.nextInt(names.length)]);
      for (int more = random.nextInt(4); more > 0; more--) {
        pattern.append('/').append(parts[random.nextInt(parts.length)]);
      }
      for (int more = random.nextInt(4); more > 0; more--) {
        topic.append('/').append(names[random.nextInt(names.length)]);
      }
      boolean expected = topic.toString().matches(expression(pattern.toString()));
      opened += expected ? 1 : 0;
      assertEquals(
          expected,
          subscribes(user("ann", "subscribe:topic:" + pattern), "topic:" + topic),
          () -> pattern + " and " + topic);
    }
    assertTrue(opened > 500, "opened " + opened);
  }

  private static String expression(String pattern) {
    String plain = pattern.replace("{user}", "ann").replace("{tenant}", "acme");
    String rest = plain.endsWith("*") ? ".*" : "";
    String fixed = rest.isEmpty() ? plain : plain.substring(0, plain.length() - 1);
    return fixed.replace("*", "[^/]+") + rest;
  }

  private static String name(Random random) {
    String all = "aB3" + MARKS;
    StringBuilder name = new StringBuilder();
    for (int more = 1 + random.nextInt(5); more > 0; more--) {
      name.append(all.charAt(random.nextInt(all.length())));
    }
    return Names.user(name.toString());
  }

  private static String written(String name) {
    StringBuilder text = new StringBuilder();
    for (char at : name.toCharArray()) {
      boolean plain = Character.isLetterOrDigit(at) || "._-".indexOf(at) >= 0;
      text.append(plain ? "" + at : String.format("~%02X", (int) at));
    }
    return text.toString();
  }
}
