package dev.holdfast.channels.schemas.engine;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.JsonText;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.core.json.pointer.JsonPointer;
import io.vertx.json.schema.Draft;
import io.vertx.json.schema.JsonSchema;
import io.vertx.json.schema.JsonSchemaOptions;
import io.vertx.json.schema.OutputFormat;
import io.vertx.json.schema.OutputUnit;
import io.vertx.json.schema.SchemaRepository;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Turns the text of a JSON Schema (2020-12) into one that can be used.
 *
 * <p>Users' data is checked on an event loop, so no schema may take long over a small text:
 * patterns are matched in linear time (RE2); known formats are checked, the others are annotations;
 * {@code uniqueItems} needs a {@code maxItems}; {@code patternProperties} is refused. A schema
 * refers to itself alone; nothing is fetched. Safe on any thread.
 */
final class SchemaCodec {
  private static final String DRAFT = "https://json-schema.org/draft/2020-12/schema";
  private static final String RESOURCES = "/json-schema.org/draft/2020-12/";
  private static final int MAX_PATTERN = 256;
  private static final int MAX_UNIQUE = 1_024;

  /** Keywords whose members are names, not keywords. */
  private static final Set<String> NAMES =
      Set.of("properties", "$defs", "definitions", "dependentSchemas", "dependentRequired");

  /** Keywords that hold values, not schemas. */
  private static final Set<String> VALUES = Set.of("const", "enum", "default", "examples");

  private static final Set<String> FORMATS =
      Set.of(
          "date",
          "time",
          "date-time",
          "duration",
          "email",
          "hostname",
          "ipv4",
          "ipv6",
          "uuid",
          "uri",
          "uri-reference",
          "json-pointer");

  private static final SchemaRepository META = metaSchemas();

  private final JsonObject root;
  private final List<Pattern> patterns = new ArrayList<>();

  private SchemaCodec(JsonObject root) {
    this.root = root;
  }

  /**
   * Reads a schema. Fails with BAD_REQUEST, and names the place of the fault, if the text is no
   * schema or can't be used here.
   */
  static EventSchema decode(String text) {
    require(JsonText.isValue(text) && text.strip().startsWith("{"), "schema: not a JSON object");
    SchemaCodec codec = new SchemaCodec(new JsonObject(text));
    try {
      return codec.usable();
    } catch (HoldfastException e) {
      throw e;
    } catch (RuntimeException | StackOverflowError e) {
      throw refusal("schema: can't be used: " + e.getMessage());
    }
  }

  private EventSchema usable() {
    require(DRAFT.equals(root.getValue("$schema", DRAFT)), "schema/$schema: only " + DRAFT);
    OutputUnit found = META.validator(DRAFT).validate(root);
    require(found.getValid(), () -> EventSchema.describe(found, "schema"));
    walk(root, "schema");
    return new EventSchema(JsonSchema.of(root), patterns);
  }

  private static SchemaRepository metaSchemas() {
    var options =
        new JsonSchemaOptions()
            .setBaseUri(DRAFT)
            .setDraft(Draft.DRAFT202012)
            .setOutputFormat(OutputFormat.Basic);
    SchemaRepository repository = SchemaRepository.create(options);
    for (String part :
        new String[] {
          "schema",
          "meta/core",
          "meta/applicator",
          "meta/validation",
          "meta/meta-data",
          "meta/format-annotation",
          "meta/content",
          "meta/unevaluated"
        }) {
      JsonSchema schema = JsonSchema.of(new JsonObject(resource(RESOURCES + part)));
      repository.dereference(schema.<String>get("$id"), schema);
    }
    return repository;
  }

  private static String resource(String path) {
    try (InputStream file = JsonSchema.class.getResourceAsStream(path)) {
      return new String(file.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  // --- what is in it

  private void walk(JsonObject schema, String path) {
    for (String keyword : List.copyOf(schema.fieldNames())) {
      Object value = schema.getValue(keyword);
      String at = path + "/" + keyword;
      keyword(keyword, value, at);
      if (NAMES.contains(keyword) && value instanceof JsonObject named) {
        named.fieldNames().forEach(name -> into(named.getValue(name), at + "/" + name));
      } else if (!VALUES.contains(keyword)) {
        into(value, at);
      }
    }
    tame(schema, path);
  }

  private void into(Object value, String path) {
    if (value instanceof JsonObject schema) {
      walk(schema, path);
    } else if (value instanceof JsonArray schemas) {
      for (int i = 0; i < schemas.size(); i++) {
        into(schemas.getValue(i), path + "/" + i);
      }
    }
  }

  private void keyword(String keyword, Object value, String at) {
    switch (keyword) {
      case "patternProperties", "$dynamicRef", "$recursiveRef", "$id", "$anchor" ->
          throw refusal(at + ": not supported");
      case "$ref" -> require(resolves(value), at + ": only within the schema, as #/$defs/name");
      default -> {}
    }
  }

  private boolean resolves(Object ref) {
    if ("#".equals(ref)) {
      return true;
    }
    return ref instanceof String text
        && text.startsWith("#/")
        && JsonPointer.from(text.substring(1)).queryJson(root) != null;
  }

  // --- what could take long is taken out, and put back in a form that does not

  private void tame(JsonObject schema, String path) {
    if (schema.getValue("format") instanceof String format && !FORMATS.contains(format)) {
      schema.remove("format");
    }
    if (schema.remove("pattern") instanceof String pattern) {
      String number = EventSchema.PATTERN + pattern(pattern, path);
      alsoAll(schema, new JsonObject().put("format", number));
    }
    if (Boolean.TRUE.equals(schema.remove("uniqueItems"))) {
      boolean few = schema.getValue("maxItems") instanceof Integer most && most <= MAX_UNIQUE;
      require(few, path + "/uniqueItems: only with maxItems of at most " + MAX_UNIQUE);
      var fits = new JsonObject().put("maxItems", schema.getValue("maxItems"));
      var unique = new JsonObject().put("uniqueItems", true);
      alsoAll(schema, new JsonObject().put("if", fits).put("then", unique));
    }
  }

  /** Compiles a pattern and returns its number. */
  private int pattern(String pattern, String path) {
    require(pattern.length() <= MAX_PATTERN, path + "/pattern: at most " + MAX_PATTERN);
    try {
      patterns.add(Pattern.compile(pattern));
    } catch (PatternSyntaxException e) {
      throw refusal(path + "/pattern: not of the syntax of RE2: " + e.getMessage());
    }
    return patterns.size() - 1;
  }

  /** Adds at the end, so that references into {@code allOf} stay right. */
  private static void alsoAll(JsonObject schema, JsonObject more) {
    schema.put("allOf", schema.getJsonArray("allOf", new JsonArray()).copy().add(more));
  }

  private static void require(boolean holds, String message) {
    require(holds, () -> message);
  }

  private static void require(boolean holds, Supplier<String> message) {
    if (!holds) {
      throw refusal(message.get());
    }
  }

  private static HoldfastException refusal(String message) {
    return HoldfastException.withPublicMessage(
        ErrorCode.BAD_REQUEST, EventSchema.shortened(message));
  }
}
