package dev.holdfast.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.cbor.databind.CBORMapper;
import dev.holdfast.channels.ChannelSamples;
import dev.holdfast.connections.ConnectionSamples;
import dev.holdfast.core.bus.BusCodec;
import dev.holdfast.files.FileSamples;
import dev.holdfast.runs.RunSamples;
import dev.holdfast.sessions.SessionSamples;
import dev.holdfast.tenants.TenantSamples;
import dev.holdfast.tokens.TokenSamples;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collector;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Nodes of two builds share one bus while a cluster is upgraded. {@code messages.txt} has one line
 * for each message, as an earlier build sent it: a class that was renamed or moved to another
 * package, and a member that was renamed, removed or made mandatory, are found here. A member that
 * is new is not in the lines, and need not be.
 */
class RecordedMessagesTest {
  private static final CBORMapper CBOR = new CBORMapper();
  private static final BusCodec CODEC = new BusCodec();

  static Stream<String> recorded() throws IOException {
    try (var lines = RecordedMessagesTest.class.getResourceAsStream("/messages.txt")) {
      return new String(lines.readAllBytes(), StandardCharsets.US_ASCII).lines();
    }
  }

  static Stream<BusValue> samples() {
    return Stream.of(
            CoreSamples.all(),
            SessionSamples.all(),
            ChannelSamples.all(),
            ConnectionSamples.all(),
            FileSamples.all(),
            RunSamples.all(),
            TokenSamples.all(),
            TenantSamples.all())
        .flatMap(each -> each);
  }

  /** The other way round, an older node reads what it knows of a member, and passes over others. */
  @ParameterizedTest
  @MethodSource("recorded")
  void whatAnEarlierBuildSentIsReadAndSentAgainInItsForm(String line) throws IOException {
    byte[] earlier = HexFormat.of().parseHex(line);
    BusValue read = CODEC.decodeFromWire(0, Buffer.buffer(earlier));

    byte[] today = sent(read);
    assertEquals(name(earlier), name(today));
    assertHolds(tree(today), tree(earlier), name(earlier));
  }

  @ParameterizedTest
  @MethodSource("samples")
  void everyMessageCrossesTheBusUnchanged(BusValue value) throws IOException {
    byte[] bytes = sent(value);
    BusValue read = CODEC.decodeFromWire(0, Buffer.buffer(bytes));

    assertEquals(value.getClass(), read.getClass());
    assertEquals(tree(bytes), tree(sent(read)));
  }

  @Test
  void eachMessageIsRecorded() throws IOException {
    Set<String> lines =
        recorded().map(HexFormat.of()::parseHex).map(RecordedMessagesTest::name).collect(names());
    Set<String> sampled = samples().map(value -> value.getClass().getName()).collect(names());
    Set<String> unsampled = messages();
    unsampled.removeAll(sampled);
    assertEquals(Set.of(), unsampled, "add a sample of each to the samples of its package");

    Set<String> missing = new TreeSet<>(sampled);
    missing.removeAll(lines);
    List<String> toAdd =
        samples()
            .filter(value -> missing.contains(value.getClass().getName()))
            .map(value -> HexFormat.of().formatHex(sent(value)))
            .toList();
    assertTrue(missing.isEmpty(), () -> "add to messages.txt:\n" + String.join("\n", toAdd));
  }

  /** Every class of this module that may cross the bus. */
  private static Set<String> messages() throws IOException {
    Path classes = Path.of("target/classes");
    try (Stream<Path> files = Files.walk(classes)) {
      return files
          .map(file -> classes.relativize(file).toString())
          .filter(file -> file.endsWith(".class") && !file.endsWith("-info.class"))
          .map(file -> file.replace(".class", "").replaceAll("[/\\\\]", "."))
          .filter(RecordedMessagesTest::isMessage)
          .collect(names());
    }
  }

  private static boolean isMessage(String name) {
    try {
      Class<?> type = Class.forName(name, false, RecordedMessagesTest.class.getClassLoader());
      return type.isRecord() && BusValue.class.isAssignableFrom(type);
    } catch (ClassNotFoundException e) {
      throw new IllegalStateException(name, e);
    }
  }

  private static byte[] sent(BusValue value) {
    Buffer wire = Buffer.buffer();
    CODEC.encodeToWire(wire, value);
    return wire.getBytes();
  }

  /** The class: the first two bytes are the length of its name. */
  private static String name(byte[] wire) {
    return new String(wire, 2, Buffer.buffer(wire).getShort(0), StandardCharsets.US_ASCII);
  }

  private static JsonNode tree(byte[] wire) throws IOException {
    int body = 2 + name(wire).length();
    int length = Buffer.buffer(wire).getInt(body);
    return CBOR.readTree(wire, body + 4, length);
  }

  /** Whether all members of the earlier are there, with their values. */
  private static void assertHolds(JsonNode today, JsonNode earlier, String where) {
    if (earlier.isObject()) {
      earlier
          .fieldNames()
          .forEachRemaining(
              field -> {
                assertTrue(today.has(field), () -> where + "." + field + " is no longer sent");
                assertHolds(today.get(field), earlier.get(field), where + "." + field);
              });
    } else if (earlier.isArray()) {
      assertEquals(earlier.size(), today.size(), where);
      for (int i = 0; i < earlier.size(); i++) {
        assertHolds(today.get(i), earlier.get(i), where + "[" + i + "]");
      }
    } else {
      assertEquals(earlier, today, where);
    }
  }

  private static Collector<String, ?, TreeSet<String>> names() {
    return Collectors.toCollection(TreeSet::new);
  }
}
