package dev.holdfast.nodes.usage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.core.Channel;
import dev.holdfast.core.ChannelName;
import dev.holdfast.core.NodeId;
import dev.holdfast.redis.FileKeys;
import dev.holdfast.redis.KeyOwner;
import dev.holdfast.redis.Keys;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** A key that somebody adds for a tenant would be erased, and in no export. */
class FamiliesTest {
  private static final Channel CHANNEL = new Channel("acme", ChannelName.topic("news"));

  @Test
  void eachFamilyOfATenantsKeysIsExportedOrNamedAsBookkeeping() {
    Set<String> named = new TreeSet<>(Families.EXPORTED.keySet());
    named.addAll(Families.BOOKKEEPING);

    assertEquals(owned(), named);
    assertEquals(named.size(), Families.EXPORTED.size() + Families.BOOKKEEPING.size(), "twice");
    assertTrue(Families.EXPORTED.keySet().containsAll(Families.WITH_RECORDS));
    assertTrue(Families.EXPORTED.keySet().containsAll(Families.NAMING));
  }

  @Test
  void whatAnErasureOfAUserDeletesIsAmongThem() {
    Set<String> named = new HashSet<>(Families.EXPORTED.keySet());
    named.addAll(Families.BOOKKEEPING);
    for (Set<String> some :
        List.of(Families.OF_CHANNELS, Families.OF_USERS, Families.OWNED, Families.OF_OTHERS)) {
      assertTrue(named.containsAll(some), some + " in " + named);
    }
  }

  private static Set<String> owned() {
    return Stream.of(Keys.class, FileKeys.class)
        .flatMap(names -> Stream.of(names.getDeclaredMethods()))
        .filter(method -> Modifier.isPublic(method.getModifiers()))
        .filter(method -> method.getReturnType() == String.class)
        .map(FamiliesTest::key)
        .map(KeyOwner::of)
        .flatMap(Optional::stream)
        .map(KeyOwner::family)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static String key(Method method) {
    List<Object> args = new ArrayList<>();
    for (Class<?> type : Arrays.asList(method.getParameterTypes())) {
      if (type == Channel.class) {
        args.add(CHANNEL);
      } else if (type == NodeId.class) {
        args.add(new NodeId("n1", 1));
      } else {
        args.add(type == int.class ? (Object) 1 : "x");
      }
    }
    try {
      return (String) method.invoke(null, args.toArray());
    } catch (ReflectiveOperationException e) {
      throw new AssertionError(method.toString(), e);
    }
  }
}
