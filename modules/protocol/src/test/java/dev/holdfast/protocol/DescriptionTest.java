package dev.holdfast.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.holdfast.core.ErrorCode;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Holds the AsyncAPI document and the JSON Schemas of frames against the code, both ways. */
class DescriptionTest {
  private static final Description DESCRIPTION = new Description();

  static List<JsonNode> clientExamples() {
    return DESCRIPTION.examples("client");
  }

  static List<JsonNode> serverExamples() {
    return DESCRIPTION.examples("server");
  }

  static List<EncodedFrame> samples() {
    List<EncodedFrame> all = new ArrayList<>();
    ServerSamples.byEncoder().values().forEach(all::addAll);
    return all;
  }

  @Test
  void everyFrameThatAClientMaySayIsDescribedAndNoOther() {
    Set<String> said =
        Arrays.stream(ClientFrame.class.getPermittedSubclasses())
            .map(type -> type.getSimpleName().toLowerCase(Locale.ROOT))
            .collect(Collectors.toCollection(TreeSet::new));

    assertEquals(said, DESCRIPTION.types("client"));
  }

  @Test
  void everyEncoderOfTheServerHasASampleHere() {
    Set<String> encoders = new TreeSet<>();
    for (Method method : ServerFrames.class.getDeclaredMethods()) {
      int is = method.getModifiers();
      if (Modifier.isPublic(is) && method.getReturnType() == EncodedFrame.class) {
        encoders.add(method.getName());
      }
    }
    Arrays.stream(ServerFrames.class.getFields())
        .filter(field -> field.getType() == EncodedFrame.class)
        .forEach(field -> encoders.add(field.getName()));

    assertEquals(encoders, new TreeSet<>(ServerSamples.byEncoder().keySet()));
  }

  @Test
  void everyFrameThatTheServerSaysIsDescribedAndNoOther() {
    Set<String> said = new TreeSet<>();
    samples().forEach(sample -> said.add(type(Description.tree(sample.json()))));

    assertEquals(said, DESCRIPTION.types("server"));
  }

  @ParameterizedTest
  @MethodSource("samples")
  void whatTheServerSaysFitsItsSchema(EncodedFrame sample) {
    String type = type(Description.tree(sample.json()));

    assertNull(DESCRIPTION.fault("server", type, sample.json()));
  }

  @ParameterizedTest
  @MethodSource("serverExamples")
  void theServerSaysWhatTheExamplesSay(JsonNode example) {
    Set<JsonNode> said = new HashSet<>();
    samples().forEach(sample -> said.add(Description.tree(sample.json())));

    assertNull(DESCRIPTION.fault("server", type(example), example.toString()));
    assertTrue(said.contains(example), example.toString());
  }

  /** A schema that takes anything would prove nothing: each member is needed, none is more. */
  @ParameterizedTest
  @MethodSource("samples")
  void aServerFrameWithAMemberMoreFitsNot(EncodedFrame sample) {
    String more = sample.json().replaceAll("}$", ",\"more\":1}");
    String type = type(Description.tree(sample.json()));

    if (!type.equals("ping") && !type.equals("pong")) {
      assertNotNull(DESCRIPTION.fault("server", type, more), more);
    }
  }

  @ParameterizedTest
  @MethodSource("clientExamples")
  void anExampleOfAClientFrameIsOne(JsonNode example) {
    Decoded decoded = FrameDecoder.decode(example.toString());

    assertNull(decoded.refused());
    assertEquals(type(example), decoded.type());
  }

  /**
   * Both say the same of whether a member is needed, of its type, and of its bounds. What no schema
   * can say (a member that stands twice, nesting, 1.0 for 1) is FrameDecoderTest's.
   */
  @ParameterizedTest
  @MethodSource("clientExamples")
  void theDecoderAndTheSchemaAgreeOnEveryVariant(JsonNode example) {
    String type = type(example);
    List<String> members = Description.names(DESCRIPTION.schema("client", type).path("properties"));
    List<String> disagreed = new ArrayList<>();
    for (Map.Entry<String, String> variant : FrameVariants.of(example, members).entrySet()) {
      boolean decoded = FrameDecoder.decode(variant.getValue()).frame() != null;
      boolean fits = DESCRIPTION.fault("client", type, variant.getValue()) == null;
      if (decoded != fits) {
        disagreed.add((decoded ? "decoded only: " : "described only: ") + variant.getKey());
      }
    }

    assertEquals(List.of(), disagreed);
  }

  @Test
  void errorCodesAndCloseCodesAreThoseOfTheCode() {
    List<String> names = Arrays.stream(ErrorCode.values()).map(ErrorCode::wireName).toList();
    List<String> described = new ArrayList<>();
    DESCRIPTION.schemas.at("/$defs/errorCode/enum").forEach(name -> described.add(name.asText()));
    assertEquals(names, described);

    List<String> closes = new ArrayList<>();
    for (JsonNode close : DESCRIPTION.asyncApi.at("/channels/connect/x-close-codes")) {
      closes.add(close.path("code") + close.path("name").asText() + close.path("reconnect"));
      assertEquals(
          CloseCode.valueOf(close.path("name").asText().toUpperCase(Locale.ROOT)).meaning,
          close.path("meaning").asText());
    }
    assertEquals(
        Arrays.stream(CloseCode.values())
            .map(code -> code.number + code.wireName() + code.reconnects())
            .toList(),
        closes);
  }

  @ParameterizedTest
  @EnumSource(ErrorCode.class)
  void everyErrorCodeStandsInTheContract(ErrorCode code) throws Exception {
    String page = Files.readString(Path.of("README.md"));

    assertTrue(page.contains("`" + code.wireName() + "`"), code.wireName());
  }

  @Test
  void asyncApiHasAMessageForEachFrameWithItsSchemaAndItsExamples() {
    JsonNode messages = DESCRIPTION.asyncApi.at("/components/messages");
    Set<String> frames = new TreeSet<>();
    DESCRIPTION.types("client").forEach(type -> frames.add("client-" + type));
    DESCRIPTION.types("server").forEach(type -> frames.add("server-" + type));

    assertEquals(frames, new TreeSet<>(Description.names(messages)));
    JsonNode channel = DESCRIPTION.asyncApi.at("/channels/connect/messages");
    assertEquals(frames, new TreeSet<>(Description.names(channel)));
    for (String frame : frames) {
      JsonNode schema = DESCRIPTION.schemas.path("$defs").path(frame);
      JsonNode message = messages.path(frame);
      String ref = "./frames.schema.json#/$defs/" + frame;
      assertEquals(ref, message.at("/payload/$ref").asText());
      assertEquals(frame.substring(7), message.path("name").asText());
      List<JsonNode> examples = new ArrayList<>();
      message.path("examples").forEach(example -> examples.add(example.path("payload")));
      List<JsonNode> expected = new ArrayList<>();
      schema.path("examples").forEach(expected::add);
      assertEquals(expected.toString(), examples.toString(), frame);
    }
  }

  @Test
  void everyMessageIsSaidInSomeOperationOfItsSide() {
    Set<String> used = new TreeSet<>();
    for (JsonNode operation : DESCRIPTION.asyncApi.path("operations")) {
      boolean received = operation.path("action").asText().equals("receive");
      used.addAll(named(operation.path("messages"), received ? "client-" : "server-"));
      JsonNode reply = operation.path("reply").path("messages");
      used.addAll(named(reply, received ? "server-" : "client-"));
    }

    JsonNode messages = DESCRIPTION.asyncApi.at("/components/messages");
    assertEquals(new TreeSet<>(Description.names(messages)), used);
  }

  private static List<String> named(JsonNode references, String side) {
    List<String> names = new ArrayList<>();
    for (JsonNode reference : references) {
      String text = reference.path("$ref").asText();
      String name = text.substring(text.lastIndexOf('/') + 1);
      assertTrue(name.startsWith(side), name);
      names.add(name);
    }
    return names;
  }

  private static String type(JsonNode frame) {
    return frame.path("type").asText();
  }
}
