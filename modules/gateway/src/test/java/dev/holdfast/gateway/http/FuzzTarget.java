package dev.holdfast.gateway.http;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.type.TypeReference;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.JsonText;
import dev.holdfast.gateway.http.operations.Sessions;
import dev.holdfast.gateway.http.publish.PublishFuzz;
import dev.holdfast.gateway.stream.CursorFuzz;
import dev.holdfast.protocol.ClientFrame;
import dev.holdfast.protocol.Decoded;
import dev.holdfast.protocol.FrameDecoder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * What a fuzzer calls. The first byte says what the rest is: a frame, a body, an id of a stream.
 * Whatever it is, it is refused by name or understood as any reader of JSON understands it.
 */
public final class FuzzTarget {
  private static final JsonFactory LENIENT = new JsonFactory();

  private FuzzTarget() {}

  /** By the fuzzer's convention. */
  public static void fuzzerTestOneInput(byte[] input) {
    if (input.length == 0) {
      return;
    }
    byte[] rest = Arrays.copyOfRange(input, 1, input.length);
    switch (input[0] % 7) {
      case 1 -> body(rest, PublishFuzz.OWN);
      case 2 -> body(rest, PublishFuzz.EVENT);
      case 3 -> body(rest, PublishFuzz.EVENTS);
      case 4 -> body(rest, new TypeReference<Map<String, String>>() {});
      case 5 -> body(rest, new TypeReference<Sessions.NewSession>() {});
      case 6 -> CursorFuzz.id(new String(rest, StandardCharsets.ISO_8859_1));
      default -> frame(new String(rest, StandardCharsets.UTF_8));
    }
  }

  private static void frame(String text) {
    Decoded decoded = FrameDecoder.decode(text);
    require((decoded.frame() == null) != (decoded.refused() == null), "one of the two");
    if (decoded.refused() != null) {
      ErrorCode code = decoded.refused().code();
      boolean named = code == ErrorCode.BAD_REQUEST || code == ErrorCode.UNKNOWN_TYPE;
      require(named, "refused as " + code);
      String message = decoded.refused().publicMessage();
      require(message.matches("[ -~]{1,500}"), "one line: " + message);
    } else if (decoded.frame() instanceof ClientFrame.Publish publish) {
      require(JsonText.isValue(publish.data()), "data is one value");
      require(data(text, null).get(0).equals(value(publish.data())), "data is what was sent");
    } else if (decoded.frame() instanceof ClientFrame.Request request) {
      require(JsonText.isValue(request.data()), "data is one value");
    }
  }

  private static <T> void body(byte[] body, TypeReference<T> type) {
    T value;
    try {
      value = StrictJson.read(body, type);
    } catch (Problem problem) {
      require(problem.status() == 400, "400");
      require(problem.getMessage().matches("[ -~]{1,500}"), "one line: " + problem.getMessage());
      return;
    } catch (HoldfastException refused) {
      require(refused.code() == ErrorCode.BAD_REQUEST, "refused as " + refused.code());
      return;
    }
    List<String> data = PublishFuzz.data(value);
    if (data != null) {
      List<List<String>> read = data.stream().map(FuzzTarget::value).toList();
      require(
          data(new String(body, StandardCharsets.UTF_8), "publications").equals(read),
          "data is what was sent");
    }
  }

  /** As another reader takes it, numbers as they are written. */
  private static List<String> tokens(JsonParser parser) throws IOException {
    List<String> tokens = new ArrayList<>();
    int depth = 0;
    do {
      JsonToken token = parser.currentToken();
      depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
      tokens.add(token + " " + parser.getText());
    } while (depth > 0 && parser.nextToken() != null);
    return tokens;
  }

  /** Of each member {@code data} of the whole, or of the entries of a list in it, in order. */
  private static List<List<String>> data(String json, String within) {
    try (JsonParser parser = LENIENT.createParser(json)) {
      List<List<String>> found = new ArrayList<>();
      while (parser.nextToken() != null) {
        boolean value = parser.currentToken() != JsonToken.FIELD_NAME;
        if (value && "data".equals(parser.currentName())) {
          found.add(tokens(parser));
        } else if (value && parser.currentToken().isStructStart() && isForeign(parser, within)) {
          parser.skipChildren();
        }
      }
      return found;
    } catch (IOException e) {
      throw new AssertionError("understood what is not JSON", e);
    }
  }

  /** What is neither the list that is asked for, nor one of its entries, nor the whole. */
  private static boolean isForeign(JsonParser parser, String within) throws IOException {
    String name = parser.currentName();
    return name != null && !name.equals(within);
  }

  private static List<String> value(String json) {
    return data("{\"data\":" + json + "}", null).get(0);
  }

  private static void require(boolean holds, String what) {
    if (!holds) {
      throw new AssertionError(what);
    }
  }
}
