package dev.holdfast.app.node;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.cbor.databind.CBORMapper;
import dev.holdfast.core.BusValue;
import dev.holdfast.core.bus.BusCodec;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Nodes of two builds ask each other on one bus while a cluster is upgraded, by messages that are
 * not in the contract. {@code messages.txt} has one line for each of them, as an earlier build sent
 * it; the contract's test of this name has those of services.
 */
class RecordedMessagesTest {
  private static final CBORMapper CBOR = new CBORMapper();
  private static final BusCodec CODEC = new BusCodec();

  static Stream<String> recorded() throws IOException {
    try (var lines = RecordedMessagesTest.class.getResourceAsStream("/messages.txt")) {
      return new String(lines.readAllBytes(), StandardCharsets.US_ASCII).lines();
    }
  }

  @ParameterizedTest
  @MethodSource("recorded")
  void whatAnEarlierBuildSentIsReadAndSentAgainInItsForm(String line) throws IOException {
    Buffer earlier = Buffer.buffer(HexFormat.of().parseHex(line));
    BusValue read = CODEC.decodeFromWire(0, earlier);

    Buffer today = Buffer.buffer();
    CODEC.encodeToWire(today, read);
    assertEquals(name(earlier), name(today));
    JsonNode sent = content(today);
    content(earlier).properties().forEach(e -> assertEquals(e.getValue(), sent.get(e.getKey())));
  }

  @Test
  void eachMessageOfANodeIsRecorded() throws IOException {
    Set<String> names = new TreeSet<>();
    recorded().forEach(line -> names.add(name(Buffer.buffer(HexFormat.of().parseHex(line)))));

    assertEquals(messages(), names);
  }

  /** Every class of this module that may cross the bus. */
  private static Set<String> messages() throws IOException {
    Path classes = Path.of("target/classes");
    try (Stream<Path> files = Files.walk(classes)) {
      return files
          .map(file -> classes.relativize(file).toString())
          .filter(file -> file.startsWith("dev") && file.endsWith(".class"))
          .map(file -> file.replace(".class", "").replaceAll("[/\\\\]", "."))
          .filter(RecordedMessagesTest::isMessage)
          .collect(Collectors.toCollection(TreeSet::new));
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

  /** The class: the first two bytes are the length of its name. */
  private static String name(Buffer wire) {
    return wire.getString(2, 2 + wire.getShort(0), "US-ASCII");
  }

  private static JsonNode content(Buffer wire) throws IOException {
    int body = 2 + wire.getShort(0);
    return CBOR.readTree(wire.getBytes(body + 4, body + 4 + wire.getInt(body)));
  }
}
