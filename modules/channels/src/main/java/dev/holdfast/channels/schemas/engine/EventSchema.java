package dev.holdfast.channels.schemas.engine;

import com.google.re2j.Pattern;
import io.vertx.core.json.Json;
import io.vertx.json.schema.Draft;
import io.vertx.json.schema.JsonSchema;
import io.vertx.json.schema.JsonSchemaOptions;
import io.vertx.json.schema.OutputFormat;
import io.vertx.json.schema.OutputUnit;
import io.vertx.json.schema.Validator;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;

/** A schema in use. Used on one thread at a time. */
final class EventSchema {
  /** The format that stands for the pattern of this number. */
  static final String PATTERN = "holdfast-pattern:";

  private static final int MAX_TEXT = 200;

  /** Steps of one check; some recursive schemas would take endless ones over small data. */
  private static final int MAX_STEPS = 100_000;

  private static final JsonSchemaOptions OPTIONS =
      new JsonSchemaOptions()
          .setBaseUri("https://schemas.invalid/event")
          .setDraft(Draft.DRAFT202012)
          .setOutputFormat(OutputFormat.Basic);

  private static final Comparator<OutputUnit> DEPTH =
      Comparator.<OutputUnit>comparingLong(fault -> depth(fault.getInstanceLocation()))
          .thenComparingLong(fault -> depth(fault.getKeywordLocation()));

  private final Validator validator;
  private final List<Pattern> patterns;
  private int steps;

  EventSchema(JsonSchema schema, List<Pattern> patterns) {
    this.validator = Validator.create(schema, OPTIONS, this::step);
    this.patterns = List.copyOf(patterns);
  }

  /**
   * Holds one JSON value against the schema.
   *
   * @return null where it fits, otherwise where and why not, as {@code data/items/0/price: …}; at
   *     most 200 characters
   */
  String fault(String data) {
    steps = 0;
    try {
      OutputUnit found = validator.validate(Json.decodeValue(data));
      return found.getValid() ? null : shortened(describe(found, "data"));
    } catch (RuntimeException | StackOverflowError e) {
      // Too many steps, a schema that refers to itself without an end, a number beyond all bounds.
      return "data: can't be held against its schema";
    }
  }

  /** Called at the end of each step, whether the subschema has a format or not. */
  private String step(String type, String format, Object instance) {
    if (++steps > MAX_STEPS) {
      throw new IllegalStateException("too many steps");
    }
    if (format == null || !format.startsWith(PATTERN) || !(instance instanceof String text)) {
      return null;
    }
    Pattern pattern = patterns.get(Integer.parseInt(format.substring(PATTERN.length())));
    return pattern.matcher(text).find() ? null : "String does not match pattern " + pattern;
  }

  /**
   * The innermost fault: those around it only say that something in them does not fit, by a shorter
   * way through the schema to the same place.
   */
  static String describe(OutputUnit found, String root) {
    if (found.getErrors() == null || found.getErrors().isEmpty()) {
      return root + ": does not fit";
    }
    OutputUnit innermost = Collections.max(found.getErrors(), DEPTH);
    return root + innermost.getInstanceLocation().substring(1) + ": " + innermost.getError();
  }

  private static long depth(String location) {
    return location.chars().filter(c -> c == '/').count();
  }

  static String shortened(String text) {
    return text.length() <= MAX_TEXT ? text : text.substring(0, MAX_TEXT - 1) + "…";
  }
}
