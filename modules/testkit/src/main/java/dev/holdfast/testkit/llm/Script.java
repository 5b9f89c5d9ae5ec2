package dev.holdfast.testkit.llm;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One answer of a {@link FakeLlm}: a status, headers, and what is written, step by step. It answers
 * 200 with an event stream, unless it says otherwise. Not safe for several threads.
 */
public final class Script {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String MODEL = "fake-1";

  /** The steps of an answer. */
  sealed interface Step permits Write, Pause, Reset, Hang, Repeat {}

  record Write(byte[] bytes) implements Step {}

  record Pause(long ms) implements Step {}

  /** Ends the connection in the middle of the answer. */
  record Reset() implements Step {}

  /** Writes nothing more, and stays. */
  record Hang() implements Step {}

  /** Writes the same again and again, as fast as it is read. */
  record Repeat(byte[] bytes) implements Step {}

  private final List<Step> steps = new ArrayList<>();
  private final Map<String, String> headers = new LinkedHashMap<>();
  private int status = 200;
  private int pieces;

  /** An answer that is still empty. */
  public static Script stream() {
    return new Script().header("content-type", "text/event-stream; charset=utf-8");
  }

  /** An answer without a body. */
  public static Script status(int status) {
    Script script = new Script();
    script.status = status;
    return script;
  }

  /** A whole answer: so many texts, then the reason to stop, the usage and the end. */
  public static Script answer(String... texts) {
    return stream().texts(texts).finish("stop").usage(7, texts.length).done();
  }

  public Script header(String name, String value) {
    headers.put(name, value);
    return this;
  }

  /** Cuts all that is written into pieces of so many bytes, wherever that may be. */
  public Script inPiecesOf(int bytes) {
    pieces = bytes;
    return this;
  }

  /** A delta of text each. */
  public Script texts(String... texts) {
    for (String text : texts) {
      delta(JSON.createObjectNode().put("content", text));
    }
    return this;
  }

  /** A delta of what the model thinks, as DeepSeek and vLLM have it. */
  public Script thought(String text) {
    return delta(JSON.createObjectNode().put("reasoning_content", text));
  }

  /** A call of a tool, whose arguments come in pieces. */
  public Script call(int index, String id, String tool, String... arguments) {
    ObjectNode delta = JSON.createObjectNode();
    ObjectNode call = delta.putArray("tool_calls").addObject();
    call.put("index", index).put("id", id).put("type", "function");
    call.putObject("function").put("name", tool).put("arguments", "");
    delta(delta);
    for (String piece : arguments) {
      arguments(index, piece);
    }
    return this;
  }

  /** More of the arguments of a call. */
  public Script arguments(int index, String piece) {
    ObjectNode delta = JSON.createObjectNode();
    ObjectNode call = delta.putArray("tool_calls").addObject().put("index", index);
    call.putObject("function").put("arguments", piece);
    return delta(delta);
  }

  public Script finish(String reason) {
    ObjectNode chunk = chunk();
    ObjectNode choice = chunk.putArray("choices").addObject().put("index", 0);
    choice.putObject("delta");
    choice.put("finish_reason", reason);
    return event(chunk.toString());
  }

  public Script usage(int input, int output) {
    ObjectNode chunk = chunk();
    chunk.putArray("choices");
    chunk
        .putObject("usage")
        .put("prompt_tokens", input)
        .put("completion_tokens", output)
        .put("total_tokens", input + output);
    return event(chunk.toString());
  }

  public Script done() {
    return event("[DONE]");
  }

  /** An event with this data. */
  public Script event(String data) {
    return raw("data: " + data + "\n\n");
  }

  public Script raw(String text) {
    steps.add(new Write(text.getBytes(StandardCharsets.UTF_8)));
    return this;
  }

  public Script pause(long ms) {
    steps.add(new Pause(ms));
    return this;
  }

  public Script reset() {
    steps.add(new Reset());
    return this;
  }

  public Script hang() {
    steps.add(new Hang());
    return this;
  }

  /** Writes a delta of this text for ever. */
  public Script endless(String text) {
    return repeat("data: " + deltaChunk(JSON.createObjectNode().put("content", text)) + "\n\n");
  }

  /** Writes this for ever. */
  public Script repeat(String text) {
    steps.add(new Repeat(text.getBytes(StandardCharsets.UTF_8)));
    return this;
  }

  private Script delta(ObjectNode delta) {
    return event(deltaChunk(delta));
  }

  private static String deltaChunk(ObjectNode delta) {
    ObjectNode chunk = chunk();
    ObjectNode choice = chunk.putArray("choices").addObject().put("index", 0);
    choice.set("delta", delta);
    choice.putNull("finish_reason");
    return chunk.toString();
  }

  private static ObjectNode chunk() {
    ObjectNode chunk = JSON.createObjectNode();
    return chunk.put("id", "c1").put("object", "chat.completion.chunk").put("model", MODEL);
  }

  int status() {
    return status;
  }

  Map<String, String> headers() {
    return headers;
  }

  /** The steps, with what is written in its pieces. */
  List<Step> steps() {
    if (pieces == 0) {
      return List.copyOf(steps);
    }
    List<Step> cut = new ArrayList<>();
    for (Step step : steps) {
      if (step instanceof Write write) {
        byte[] all = write.bytes();
        for (int at = 0; at < all.length; at += pieces) {
          cut.add(new Write(Arrays.copyOfRange(all, at, Math.min(all.length, at + pieces))));
        }
      } else {
        cut.add(step);
      }
    }
    return cut;
  }
}
