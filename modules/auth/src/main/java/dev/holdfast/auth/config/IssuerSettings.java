package dev.holdfast.auth.config;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.cfg.CoercionAction;
import com.fasterxml.jackson.databind.cfg.CoercionInputShape;
import com.fasterxml.jackson.databind.deser.std.FromStringDeserializer;
import com.fasterxml.jackson.databind.exc.InvalidFormatException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.exc.ValueInstantiationException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.ser.std.ToStringSerializer;
import com.fasterxml.jackson.databind.type.LogicalType;
import dev.holdfast.tokens.IssuerMessage;
import java.io.Serial;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/**
 * The settings of an issuer as JSON, for issuers that are added while nodes run: the members of an
 * entry of {@code auth.issuers}, by the same names, checked by the same constructors. A member that
 * is not known is refused, as it might have meant less trust. Any thread.
 */
public final class IssuerSettings {
  /** Most characters. */
  public static final int LONGEST = 4_096;

  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.FAIL_ON_NUMBERS_FOR_ENUMS)
          .enable(MapperFeature.ACCEPT_CASE_INSENSITIVE_ENUMS)
          .withCoercionConfig(
              LogicalType.Textual,
              texts ->
                  texts
                      .setCoercion(CoercionInputShape.Integer, CoercionAction.Fail)
                      .setCoercion(CoercionInputShape.Float, CoercionAction.Fail)
                      .setCoercion(CoercionInputShape.Boolean, CoercionAction.Fail))
          .defaultPropertyInclusion(
              JsonInclude.Value.construct(
                  JsonInclude.Include.NON_EMPTY, JsonInclude.Include.NON_EMPTY))
          .addModule(
              new SimpleModule()
                  .addDeserializer(ClaimPath.class, new Paths())
                  .addSerializer(ClaimPath.class, ToStringSerializer.instance))
          .build();

  /** Writes what is empty, too. */
  private static final JsonMapper WHOLE = new JsonMapper();

  private IssuerSettings() {}

  /**
   * Reads settings that an operator gives.
   *
   * @throws IllegalArgumentException says which member is wrong, and how; never quotes a key
   */
  public static IssuerConfig read(String json) {
    if (json.length() > LONGEST) {
      throw new IllegalArgumentException("longer than " + LONGEST + " characters");
    }
    IssuerConfig read;
    try {
      read = JSON.readValue(json, IssuerConfig.class);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(problem(e));
    }
    if (read == null) {
      throw new IllegalArgumentException("an object is needed");
    }
    check(read);
    return read;
  }

  /** Writes settings, without what is empty; the same text for the same settings. Secrets too. */
  public static String write(IssuerConfig issuer) {
    ObjectNode tree = JSON.valueToTree(issuer);
    for (String set : List.of("algorithms", "tenants", "authorizedParties")) {
      if (tree.get(set) instanceof ArrayNode array) {
        sort(array);
      }
    }
    Preset preset = issuer.preset();
    if (preset != null) {
      tree.put("preset", preset.name().toLowerCase(Locale.ROOT));
    }
    if (!issuer.tenantRoles().isEmpty()) {
      // Also a role that permits nothing: without it, it would permit what it does elsewhere.
      tree.set("tenantRoles", WHOLE.valueToTree(issuer.tenantRoles()));
    }
    if (issuer.claims().equals(IssuerClaims.NONE)) {
      tree.remove("claims");
    }
    if (issuer.keySet() == null) {
      tree.remove("algorithms");
    }
    return tree.toString();
  }

  /** Writes settings for those who may see them: without secrets. */
  public static String show(IssuerConfig issuer) {
    try {
      JsonNode tree = JSON.readTree(write(issuer));
      tree.path("keys").forEach(key -> ((ObjectNode) key).remove("secret"));
      return tree.toString();
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("what was written can be read", e);
    }
  }

  private static void check(IssuerConfig issuer) {
    String name = issuer.issuer();
    if (name.length() > IssuerMessage.LONGEST_NAME
        || name.startsWith(IssuerMessage.NO_NAME)
        || name.chars().anyMatch(c -> c <= ' ' || c > '~')) {
      throw new IllegalArgumentException(
          "issuer: at most %d characters of ASCII, without blanks, not %s first"
              .formatted(IssuerMessage.LONGEST_NAME, IssuerMessage.NO_NAME));
    }
    if (issuer.keys().stream().anyMatch(key -> key.algorithm().symmetric())) {
      throw new IllegalArgumentException(
          "keys: public keys only; a secret belongs into the configuration of the nodes");
    }
  }

  private static void sort(ArrayNode array) {
    List<JsonNode> sorted =
        StreamSupport.stream(array.spliterator(), false)
            .sorted(Comparator.comparing(JsonNode::asText))
            .toList();
    array.removeAll();
    array.addAll(sorted);
  }

  private static String problem(JsonProcessingException failure) {
    if (failure instanceof JsonParseException) {
      return "not one JSON object, or a member twice";
    }
    String where = failure instanceof JsonMappingException mapping ? path(mapping) : "";
    return where + problemThere(failure);
  }

  private static String problemThere(JsonProcessingException failure) {
    if (failure instanceof UnrecognizedPropertyException unknown) {
      return "unknown; known here: "
          + String.join(
              ", ", unknown.getKnownPropertyIds().stream().map(String::valueOf).sorted().toList());
    }
    if (failure instanceof ValueInstantiationException invalid
        && invalid.getCause() instanceof IllegalArgumentException why) {
      return String.valueOf(why.getMessage());
    }
    if (failure instanceof InvalidFormatException format) {
      Class<?> type = format.getTargetType();
      if (type.isEnum()) {
        return "one of " + names(type);
      }
      if (type == ClaimPath.class) {
        return "names with dots between, none empty";
      }
    }
    return "a value of another type is needed here, or one is missing";
  }

  private static String names(Class<?> type) {
    return Arrays.stream(type.getEnumConstants())
        .map(one -> one.toString().toLowerCase(Locale.ROOT))
        .collect(Collectors.joining(", "));
  }

  /** Returns the place of a problem, as {@code keys[0].publicKey: }; empty: the whole. */
  private static String path(JsonMappingException failure) {
    var path = new StringBuilder();
    for (JsonMappingException.Reference one : failure.getPath()) {
      if (one.getFieldName() == null) {
        path.append('[').append(one.getIndex()).append(']');
      } else {
        path.append(path.length() == 0 ? "" : ".").append(one.getFieldName());
      }
    }
    return path.length() == 0 ? "" : path + ": ";
  }

  /** Reads places of claims. */
  private static final class Paths extends FromStringDeserializer<ClaimPath> {
    @Serial private static final long serialVersionUID = 1L;

    Paths() {
      super(ClaimPath.class);
    }

    @Override
    protected ClaimPath _deserialize(String text, DeserializationContext context)
        throws JsonProcessingException {
      try {
        return ClaimPath.parse(text);
      } catch (IllegalArgumentException e) {
        JsonParser at = context.getParser();
        throw InvalidFormatException.from(
            at, String.valueOf(e.getMessage()), text, ClaimPath.class);
      }
    }
  }
}
