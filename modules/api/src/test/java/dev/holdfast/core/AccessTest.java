package dev.holdfast.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AccessTest {
  private static final Caller NOBODY = new Caller.User("acme", "ann", Set.of(), Set.of());
  private static final Caller EVERYTHING = new Caller.User("acme", "ann", Set.of(), Set.of("*"));
  private static final Caller SERVICE = new Caller.Service("desk", "1", Set.of("acme"), Set.of());
  private static final Caller OPERATOR = new Caller.Service("desk", "1", Set.of("*"), Set.of());

  private static Channel channel(String name) {
    return new Channel("acme", ChannelName.parse(name));
  }

  @ParameterizedTest
  @CsvSource({
    // what, read without a permission, with all, published without, with all
    "tenant,           true,  true,  false, true",
    "user:ann,         true,  true,  false, true",
    "user:bob,         false, false, false, false",
    "session:s1,       true,  true,  false, true",
    "session:s2,       false, false, false, false",
    "session:ann,      false, false, false, false",
    "user:s1,          false, false, false, false",
    "topic:news,       false, true,  false, true",
    "run:r1,           false, true,  false, false",
    "system:sessions,  false, false, false, false"
  })
  void aUserReachesItsOwnChannelsAndWhatItsPermissionsOpen(
      String name, boolean read, boolean readWithAll, boolean publish, boolean publishWithAll) {
    assertEquals(read, Access.mayRead(NOBODY, "s1", channel(name)));
    assertEquals(readWithAll, Access.mayRead(EVERYTHING, "s1", channel(name)));
    assertEquals(publish, Access.mayPublish(NOBODY, "s1", channel(name)));
    assertEquals(publishWithAll, Access.mayPublish(EVERYTHING, "s1", channel(name)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"tenant", "user:ann", "session:s1", "topic:news", "run:r1", "system:sessions"})
  void anotherTenantReachesNothingAndAServiceAllOfItsOwn(String name) {
    Channel own = channel(name);
    Channel others = new Channel("other", own.name());
    for (Caller caller : new Caller[] {NOBODY, EVERYTHING, SERVICE}) {
      assertFalse(Access.mayRead(caller, "s1", others), caller.toString());
      assertFalse(Access.mayPublish(caller, "s1", others), caller.toString());
    }
    for (Caller caller : new Caller[] {SERVICE, OPERATOR}) {
      assertTrue(Access.mayRead(caller, null, own), caller.toString());
      assertTrue(Access.mayPublish(caller, null, own), caller.toString());
    }
    assertTrue(Access.mayRead(OPERATOR, null, others));
    assertTrue(Access.mayPublish(OPERATOR, null, others));
  }

  @Test
  void whoHasNoSessionHasNoSessionsChannel() {
    assertFalse(Access.mayRead(EVERYTHING, null, channel("session:s1")));
    assertFalse(Access.mayPublish(EVERYTHING, null, channel("session:s1")));
  }

  @Test
  void onePermissionOpensOneDirection() {
    var reader = new Caller.User("acme", "ann", Set.of(), Set.of("subscribe:topic:news"));
    var writer = new Caller.User("acme", "ann", Set.of(), Set.of("publish:topic:news"));

    assertTrue(Access.mayRead(reader, null, channel("topic:news")));
    assertFalse(Access.mayPublish(reader, null, channel("topic:news")));
    assertFalse(Access.mayRead(reader, null, channel("topic:new")));
    assertTrue(Access.mayPublish(writer, null, channel("topic:news")));
    assertFalse(Access.mayRead(writer, null, channel("topic:news")));
  }

  @ParameterizedTest
  @CsvSource({
    "user:bob,        subscribe, no permission opens private channels of others",
    "session:s2,      publish,   no permission opens private channels of others",
    "system:sessions, subscribe, no permission opens system: channels to users",
    "run:r1,          publish,   no permission lets users publish in run: channels",
    "run:r1,          subscribe, needs subscribe:run:r1",
    "topic:news,      publish,   needs publish:topic:news",
    "tenant,          publish,   needs publish:tenant"
  })
  void aRefusalNamesThePermissionThatWouldDo(String name, String verb, String text) {
    HoldfastException refusal = Access.refusal(NOBODY, verb, ChannelName.parse(name));

    assertEquals(ErrorCode.FORBIDDEN, refusal.code());
    assertEquals(text, refusal.publicMessage());
    assertEquals(
        "needs " + verb + ":" + name,
        Access.refusal(SERVICE, verb, ChannelName.parse(name)).publicMessage());
  }
}
