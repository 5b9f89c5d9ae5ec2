package dev.holdfast.redis.topology;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class SlotMapTest {
  private static final ServerAddress A = address(1);
  private static final ServerAddress B = address(2);
  private static final ServerAddress C = address(3);

  private static final String WITH_REPLICA =
      """
      id1 10.0.0.1:6379@16379 myself,master - 0 0 1 connected 0-99
      id2 10.0.0.2:6379@16379 master - 0 0 2 connected 100-16383
      id3 10.0.0.3:6379@16379 slave id1 0 0 1 connected
      """;

  private static ServerAddress address(int n) {
    return new ServerAddress("10.0.0." + n, 6_379);
  }

  /** The view of the n-th server, of lines {@code n epoch slots}. */
  private static NodesView view(int n, String... lines) {
    String text =
        Arrays.stream(lines)
            .map(line -> line.split(" ", 3))
            .map(
                words ->
                    "id%s 10.0.0.%s:6379@16379 %s - 0 1700000000000 %s connected %s"
                        .formatted(
                            words[0],
                            words[0],
                            words[0].equals("" + n) ? "myself,master" : "master",
                            words[1],
                            words.length > 2 ? words[2] : ""))
            .collect(Collectors.joining("\n"));
    return NodesView.parse(text, address(n));
  }

  private static SlotMap map(NodesView... views) {
    return SlotMap.of(List.of(views), null);
  }

  @Test
  void oneThatAnswersSpeaksForAll() {
    SlotMap map = map(view(1, "1 1 0-5460", "2 2 5461-10922", "3 3 10923-16383"));
    assertEquals(A, map.owner(0));
    assertEquals(B, map.owner(5_461));
    assertEquals(C, map.owner(16_383));
    assertTrue(map.slots(null).isEmpty());
    assertEquals(
        "10.0.0.1:6379 0-5460, 10.0.0.2:6379 5461-10922, 10.0.0.3:6379 10923-16383",
        map.toString());
  }

  /** A paused master comes back, and takes its slots for its own. */
  @Test
  void theGreaterEpochHasASlotThatTwoClaim() {
    NodesView old = view(1, "1 1 0-9", "2 0");
    NodesView promoted = view(2, "1 1", "2 5 0-9");
    assertEquals(B, map(old, promoted).owner(3));
    assertEquals(B, map(promoted, old).owner(3));
  }

  /** A slot was moved from the first to the second, and the third has not heard of it. */
  @Test
  void aServerThatAnswersSpeaksForItself() {
    NodesView giver = view(1, "1 7 0-8", "2 2 9-20", "3 3");
    NodesView third = view(3, "1 7 0-9", "2 2 10-20", "3 3 21-30");
    assertEquals(B, map(giver, third).owner(9), "by the giver, though with an older epoch");
  }

  /** The answer of the new master is older than that of the one that gave it the slot. */
  @Test
  void aSlotThatHasJustMovedIsServed() {
    NodesView taker = view(2, "1 7 0-9", "2 2 10-20");
    SlotMap map = map(taker, view(1, "1 7 0-8", "2 2 9-20"));
    assertEquals(B, map.owner(9));
  }

  @Test
  void aFewTakeNothingBackThatNewerEpochsSaid() {
    SlotMap before =
        SlotMap.of(
            List.of(view(1, "1 1", "2 5 0-9", "3 3 10-19"), view(3, "3 3 10-19", "2 5 0-9")), null);
    SlotMap cutOff = SlotMap.of(List.of(view(1, "1 1 0-9")), before);
    assertEquals(B, cutOff.owner(0));
    assertEquals(C, cutOff.owner(10));
  }

  @Test
  void mostMaySayThatNobodyServesASlot() {
    SlotMap before = map(view(1, "1 1 0-9", "2 2 10-19"));
    SlotMap after =
        SlotMap.of(
            List.of(view(1, "1 1 0-8", "2 2 10-19"), view(2, "2 2 10-19", "1 1 0-8")), before);
    assertNull(after.owner(9));
  }

  @Test
  void whatMovedIsListedByItsNewMaster() {
    SlotMap before = map(view(1, "1 1 0-9", "2 2 10-19"));
    SlotMap after = map(view(1, "1 1 0-8", "2 3 9-19"));
    Map<ServerAddress, Slots> moved = after.movedSince(before);
    assertEquals("9", moved.get(B).toString());
    assertEquals(1, moved.size());
  }

  @Test
  void seedsOfOneShardAreNoticed() {
    NodesView view = NodesView.parse(WITH_REPLICA, A);
    SlotMap map = map(view);
    assertTrue(map.areOneShard(List.of(A, C)), "a master and its replica");
    assertFalse(map.areOneShard(List.of(A, B)));
    assertFalse(map.areOneShard(List.of(A, address(9))), "it may be another shard's");
    assertFalse(map(view(1, "1 1 0-16383")).areOneShard(List.of(A)), "there is one alone");
  }

  @Test
  void linesAreReadAsAllVersionsWriteThem() {
    String answer =
        """
        07c3 127.0.0.1:30004@31004,name.example,shard-id=abc slave e7d1 0 1426238317239 4 connected
        67ed :30002@31002 myself,master - 0 0 2 connected 0-3 5 [93-<-292f] [77->-e7d1]
        292f [nonsense master - 0 0 3 connected 7
        6ec2 127.0.0.1:30006@31006,node6.example master - 0 0 1 connected 8
        824f 127.0.0.1:30003@31003 master,fail - 0 0 3 disconnected
        e7d1 127.0.0.1:0@0 master,noaddr - 0 0 9 disconnected 9
        """;
    SlotMap map = map(NodesView.parse(answer, new ServerAddress("seed", 30_002)));
    assertEquals(new ServerAddress("seed", 30_002), map.owner(5));
    assertEquals("0-3 5", map.slots(new ServerAddress("seed", 30_002)).toString());
    assertEquals(new ServerAddress("node6.example", 30_006), map.owner(8));
    assertNull(map.owner(7));
    assertNull(map.owner(9));
    assertEquals(2, map.masters().size());
    assertThrows(IllegalArgumentException.class, () -> NodesView.parse("OK", A));
  }
}
