package dev.holdfast.loadtest.report;

import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.deser.std.FromStringDeserializer;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.ToStringSerializer;
import dev.holdfast.loadtest.plan.Counters;
import dev.holdfast.loadtest.plan.LedgerCount;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Results as JSON files. */
public final class ResultJson {
  /** A day's run of ten nodes has about 300 MB. */
  private static final long MOST_BYTES = 512L << 20;

  private static final ObjectMapper JSON = mapper();
  private static final ObjectWriter PRETTY = JSON.writerWithDefaultPrettyPrinter();

  private static final ObjectReader HEAD =
      JSON.readerFor(Head.class).without(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES);

  private ResultJson() {}

  /** Members in the order of the records, maps by their keys; a file that is there is replaced. */
  public static void write(Result result, Path file) throws IOException {
    WholeFile.write(file, PRETTY.writeValueAsString(result) + "\n");
  }

  /**
   * Reads a file that {@link #write} wrote; members that it doesn't know are passed over.
   *
   * @throws ResultException if it is no result, or of another format
   */
  public static Result read(Path file) throws IOException {
    var size = Files.size(file);
    if (size > MOST_BYTES) {
      throw new ResultException(
          file + " is no result: it has " + size + " bytes, and a result at most " + MOST_BYTES);
    }
    try {
      checkHead(file);
      return result(file);
    } catch (JsonMappingException e) {
      throw e.getCause() instanceof JsonParseException cause
          ? noJson(file, cause)
          : new ResultException(
              "%s is a broken result, at %s: %s".formatted(file, path(e), brief(e)));
    } catch (JacksonException e) {
      throw noJson(file, e);
    }
  }

  /** Returns JSON in one line, for a page. */
  static String compact(Object value) throws IOException {
    return JSON.writeValueAsString(value);
  }

  private static Result result(Path file) throws IOException {
    try (var in = Files.newInputStream(file)) {
      return JSON.readValue(in, Result.class);
    }
  }

  private static ResultException noJson(Path file, JacksonException e) {
    return new ResultException(file + " is no result: it is not JSON, or cut off: " + brief(e));
  }

  /** The members that say which program wrote a file; the rest may be long. */
  private record Head(JsonNode format, JsonNode scenario, JsonNode version) {}

  private static void checkHead(Path file) throws IOException {
    Head head = head(file);
    if (head == null
        || head.format == null
        || !head.format.isIntegralNumber()
        || head.scenario == null
        || !head.scenario.isTextual()) {
      throw new ResultException(
          file + " is no result of a load test: it has no format number, or no scenario");
    }
    if (head.format.asLong() != Result.FORMAT) {
      String version = head.version == null ? "?" : head.version.asText("?");
      throw new ResultException(
          "%s is a result of format %s, written by version %s; this version reads format %d"
              .formatted(file, head.format, version, Result.FORMAT));
    }
  }

  /** Returns what decides whether it can be read; none: it is JSON, but no object. */
  private static @Nullable Head head(Path file) throws IOException {
    try (var in = Files.newInputStream(file)) {
      return HEAD.readValue(in);
    } catch (MismatchedInputException e) {
      return null;
    }
  }

  private static String brief(JacksonException e) {
    return e.getOriginalMessage().lines().findFirst().orElse("");
  }

  private static String path(JsonMappingException e) {
    return e.getPath().stream()
        .map(at -> at.getFieldName() == null ? "[" + at.getIndex() + "]" : at.getFieldName())
        .collect(Collectors.joining("."));
  }

  private static ObjectMapper mapper() {
    var mapper =
        JsonMapper.builder()
            .addModule(instants())
            .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
            .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .defaultSetterInfo(JsonSetter.Value.forContentNulls(Nulls.FAIL))
            .build();
    for (var needed :
        List.of(List.class, Map.class, Instant.class, Counters.class, LedgerCount.class)) {
      mapper
          .configOverride(needed)
          .setSetterInfo(JsonSetter.Value.construct(Nulls.FAIL, Nulls.FAIL));
    }
    mapper
        .configOverride(String.class)
        .setSetterInfo(JsonSetter.Value.forValueNulls(Nulls.AS_EMPTY));
    return mapper;
  }

  private static SimpleModule instants() {
    return new SimpleModule()
        .addSerializer(Instant.class, ToStringSerializer.instance)
        .addDeserializer(Instant.class, new InstantText());
  }

  /** ISO 8601. */
  private static final class InstantText extends FromStringDeserializer<Instant> {
    private static final long serialVersionUID = 1;

    InstantText() {
      super(Instant.class);
    }

    @Override
    protected Instant _deserialize(String text, DeserializationContext context) throws IOException {
      try {
        return Instant.parse(text);
      } catch (DateTimeException e) {
        throw context.weirdStringException(text, Instant.class, "no time of ISO 8601");
      }
    }
  }
}
