package dev.holdfast.protocol;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonObject;
import io.vertx.json.schema.Draft;
import io.vertx.json.schema.JsonSchema;
import io.vertx.json.schema.JsonSchemaOptions;
import io.vertx.json.schema.OutputFormat;
import io.vertx.json.schema.OutputUnit;
import io.vertx.json.schema.SchemaRepository;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** The published descriptions of the protocol, as the tests read them. */
final class Description {
  static final ObjectMapper JSON = new ObjectMapper();

  private static final String URI = "https://schemas.invalid/frames";

  final JsonNode schemas = read("frames.schema.json", JSON);
  final JsonNode asyncApi = read("asyncapi.yaml", new YAMLMapper());
  private final SchemaRepository repository;

  Description() {
    var options = new JsonSchemaOptions().setBaseUri(URI).setDraft(Draft.DRAFT202012);
    repository = SchemaRepository.create(options.setOutputFormat(OutputFormat.Basic));
    repository.dereference(URI, JsonSchema.of(new JsonObject(schemas.toString())));
  }

  private static JsonNode read(String name, ObjectMapper mapper) {
    try (InputStream file = Description.class.getResourceAsStream(name)) {
      return mapper.readTree(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static JsonNode tree(String json) {
    try {
      return JSON.readTree(json);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The types described of one side. */
  Set<String> types(String side) {
    Set<String> types = new TreeSet<>();
    for (String name : names(schemas.path("$defs"))) {
      if (name.startsWith(side + "-")) {
        types.add(name.substring(side.length() + 1));
      }
    }
    return types;
  }

  JsonNode schema(String side, String type) {
    return schemas.path("$defs").path(side + "-" + type);
  }

  List<JsonNode> examples(String side) {
    List<JsonNode> examples = new ArrayList<>();
    types(side).forEach(type -> schema(side, type).path("examples").forEach(examples::add));
    return examples;
  }

  /** Null where the frame fits the schema of this type. */
  String fault(String side, String type, String frame) {
    OutputUnit found =
        repository
            .validator(URI + "#/$defs/" + side + "-" + type)
            .validate(Json.decodeValue(frame));
    return found.getValid() ? null : String.valueOf(found.toJson());
  }

  static List<String> names(JsonNode object) {
    List<String> names = new ArrayList<>();
    object.fieldNames().forEachRemaining(names::add);
    return names;
  }
}
