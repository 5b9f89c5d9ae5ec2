package dev.holdfast.gateway.http;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.CoercionAction;
import com.fasterxml.jackson.databind.cfg.CoercionInputShape;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.type.LogicalType;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.JsonText;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Reads bodies strictly: valid UTF-8, one JSON value, no member twice, no unknown member, no value
 * taken for another type. A refusal names the member's path. Safe on any thread.
 */
public final class StrictJson {
  /** Levels that a request may wrap around data of the greatest depth. */
  private static final int WRAPPING = 4;

  private static final int LONGEST_NAME = 1_024;

  /** Most characters of a member's name in a refusal. */
  private static final int LONGEST_SHOWN = 64;

  private static final String SOURCE = "source";
  private static final ObjectMapper MAPPER = mapper();

  private StrictJson() {}

  /** Reads a body. A failure is BAD_REQUEST, and names the fault and its place. */
  public static <T> T read(byte[] body, TypeReference<T> type) {
    String text = text(body);
    try {
      T value = MAPPER.readerFor(type).withAttribute(SOURCE, text).readValue(text);
      if (value == null) {
        throw Problem.badRequest("body: not null");
      }
      return value;
    } catch (JsonMappingException e) {
      throw Problem.badRequest(path(e) + ": " + reason(e));
    } catch (JsonProcessingException e) {
      throw Problem.badRequest("body: not valid JSON, or nested too deeply, or a member twice");
    }
  }

  /** Returns the text of a body. Fails with BAD_REQUEST if it is not valid UTF-8. */
  public static String text(byte[] body) {
    if (body.length == 0) {
      throw Problem.badRequest("body: missing");
    }
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(body)).toString();
    } catch (CharacterCodingException e) {
      throw Problem.badRequest("body: not valid UTF-8");
    }
  }

  /**
   * Keeps a JSON value as the text that was sent, {@code null} included. The text needs no other
   * check: {@link JsonText#isValue} holds.
   */
  public static final class Raw extends StdDeserializer<String> {
    private static final long serialVersionUID = 1L;

    public Raw() {
      super(String.class);
    }

    @Override
    public String deserialize(JsonParser parser, DeserializationContext context)
        throws IOException {
      String source = (String) context.getAttribute(SOURCE);
      int start = (int) parser.currentTokenLocation().getCharOffset();
      skip(parser);
      parser.finishToken();
      return source.substring(start, (int) parser.currentLocation().getCharOffset());
    }

    /**
     * Reads the value once, and checks that it is one, has no member twice, and is not too deep.
     */
    private static void skip(JsonParser parser) throws IOException {
      int depth = 0;
      JsonToken token = parser.currentToken();
      while (token != null) {
        depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
        if (depth > JsonText.MAX_NESTING) {
          throw HoldfastException.withPublicMessage(
              ErrorCode.BAD_REQUEST, "not one JSON value, or too deep");
        }
        token = depth == 0 ? null : parser.nextToken();
      }
    }

    @Override
    public String getNullValue(DeserializationContext context) {
      return "null";
    }

    @Override
    public @Nullable Object getAbsentValue(DeserializationContext context) {
      return null;
    }
  }

  private static String path(JsonMappingException failure) {
    StringBuilder path = new StringBuilder();
    for (JsonMappingException.Reference step : failure.getPath()) {
      if (step.getFieldName() == null) {
        path.append('[').append(step.getIndex()).append(']');
      } else {
        String name = step.getFieldName();
        path.append(path.isEmpty() ? "" : ".").append(shown(name));
      }
    }
    return path.isEmpty() ? "body" : path.toString();
  }

  /** Returns a name that a client chose, in a form that breaks no log line. */
  private static String shown(String name) {
    String start = name.substring(0, Math.min(LONGEST_SHOWN, name.length()));
    return start.replaceAll("[^A-Za-z0-9_-]", "?");
  }

  private static String reason(JsonMappingException failure) {
    Throwable cause = failure.getCause();
    if (cause instanceof HoldfastException named) {
      return named.publicMessage();
    }
    if (failure instanceof com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException) {
      return "not a known member";
    }
    return cause instanceof JsonProcessingException
        ? "not valid JSON, or nested too deeply, or a member twice"
        : "missing, or not of the right type";
  }

  private static ObjectMapper mapper() {
    return JsonMapper.builder(JsonText.strict(JsonText.MAX_NESTING + WRAPPING, LONGEST_NAME))
        .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
        .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
        .withCoercionConfig(LogicalType.Textual, StrictJson::textOnly)
        .withCoercionConfig(LogicalType.Integer, StrictJson::wholeOnly)
        .build();
  }

  private static void wholeOnly(com.fasterxml.jackson.databind.cfg.MutableCoercionConfig config) {
    config.setCoercion(CoercionInputShape.String, CoercionAction.Fail);
    config.setCoercion(CoercionInputShape.EmptyString, CoercionAction.Fail);
    config.setCoercion(CoercionInputShape.Float, CoercionAction.Fail);
    config.setCoercion(CoercionInputShape.Boolean, CoercionAction.Fail);
  }

  private static void textOnly(com.fasterxml.jackson.databind.cfg.MutableCoercionConfig config) {
    config.setCoercion(CoercionInputShape.Integer, CoercionAction.Fail);
    config.setCoercion(CoercionInputShape.Float, CoercionAction.Fail);
    config.setCoercion(CoercionInputShape.Boolean, CoercionAction.Fail);
  }
}
