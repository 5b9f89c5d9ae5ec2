package dev.holdfast.channels.schemas.engine;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.google.re2j.Pattern;
import dev.holdfast.core.JsonText;
import io.vertx.core.json.jackson.JacksonCodec;
import io.vertx.json.schema.Draft;
import io.vertx.json.schema.JsonSchema;
import io.vertx.json.schema.JsonSchemaOptions;
import io.vertx.json.schema.OutputFormat;
import io.vertx.json.schema.OutputUnit;
import io.vertx.json.schema.Validator;
import java.io.IOException;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A schema in use. Used on one thread at a time. */
final class EventSchema {
  /** The format that stands for the pattern of this number. */
  static final String PATTERN = "holdfast-pattern:";

  /** The answer for data that can't be read, or can't be checked to the end. */
  static final String UNREADABLE = "data: can't be held against its schema";

  private static final JsonFactory STRICT =
      JsonText.strict(JsonText.MAX_NESTING, StreamReadConstraints.DEFAULT_MAX_NAME_LEN);

  private static final int MAX_TEXT = 200;

  /** Most steps of one check; some recursive schemas would take endless ones over small data. */
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
   * Reads data, strictly, and checks it against the schema.
   *
   * @return the place and the fault, as {@code data/items/0/price: …}, at most 200 characters;
   *     {@link #UNREADABLE} if these can't be found; none if the data fits
   */
  @Nullable String fault(String data) {
    steps = 0;
    try {
      OutputUnit found = validator.validate(read(data));
      return found.getValid() ? null : shortened(describe(found, "data"));
    } catch (RuntimeException | StackOverflowError | IOException e) {
      // Too many steps, a schema that refers to itself without an end, a number beyond all bounds;
      // or no JSON at all.
      return UNREADABLE;
    }
  }

  private static @Nullable Object read(String data) throws IOException {
    return JacksonCodec.fromParser(STRICT.createParser(data), Object.class);
  }

  /**
   * Counts a step and checks its format. Called at the end of each step, whether the subschema has
   * a format or not.
   */
  private @Nullable String step(String type, @Nullable String format, @Nullable Object instance) {
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
   * Describes the innermost fault. Those around it only report that something in them does not fit,
   * by a shorter way through the schema to the same place.
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
