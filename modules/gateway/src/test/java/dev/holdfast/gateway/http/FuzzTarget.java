package dev.holdfast.gateway.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.JsonText;
import dev.holdfast.gateway.CursorFuzz;
import dev.holdfast.protocol.ClientFrame;
import dev.holdfast.protocol.Decoded;
import dev.holdfast.protocol.FrameDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * What a fuzzer calls. The first byte says what the rest is: a frame, a body, an id of a stream.
 * Whatever it is, it is refused by name or understood as any reader of JSON understands it.
 */
public final class FuzzTarget {
  private static final ObjectMapper LENIENT =
      new ObjectMapper()
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .enable(DeserializationFeature.USE_BIG_INTEGER_FOR_INTS);

  private FuzzTarget() {}

  /** By the fuzzer's convention. */
  public static void fuzzerTestOneInput(byte[] input) {
    if (input.length == 0) {
      return;
    }
    byte[] rest = Arrays.copyOfRange(input, 1, input.length);
    switch (input[0] % 7) {
      case 1 -> body(rest, new TypeReference<PublishBodies.Request>() {});
      case 2 -> body(rest, new TypeReference<CloudEvent>() {});
      case 3 -> body(rest, new TypeReference<List<CloudEvent>>() {});
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
      require(!decoded.refused().publicMessage().contains("Exception"), "a stack's word");
    } else if (decoded.frame() instanceof ClientFrame.Publish publish) {
      require(JsonText.isValue(publish.data()), "data is one value");
      require(tree(text).get("data").equals(tree(publish.data())), "data is what was sent");
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
      require(!problem.getMessage().contains("Exception"), "a stack's word");
      return;
    } catch (HoldfastException refused) {
      require(refused.code() == ErrorCode.BAD_REQUEST, "refused as " + refused.code());
      return;
    }
    if (value instanceof PublishBodies.Request request) {
      JsonNode sent = tree(new String(body, StandardCharsets.UTF_8)).get("publications");
      for (int i = 0; i < sent.size(); i++) {
        String data = request.publications().get(i).data();
        require(sent.get(i).get("data").equals(tree(data)), "data is what was sent");
      }
    }
  }

  private static JsonNode tree(String json) {
    try {
      return LENIENT.readTree(json);
    } catch (JsonProcessingException e) {
      throw new AssertionError("understood what is not JSON", e);
    }
  }

  private static void require(boolean holds, String what) {
    if (!holds) {
      throw new AssertionError(what);
    }
  }
}
