package dev.holdfast.runs.ingest;

import dev.holdfast.agui.Json;
import dev.holdfast.runs.records.RunRecord;

/** AG-UI events as a worker writes them. */
public final class Events {
  private Events() {}

  public static String started(RunRecord run) {
    return ofRun("RUN_STARTED", run);
  }

  public static String finished(RunRecord run) {
    return ofRun("RUN_FINISHED", run);
  }

  private static String ofRun(String type, RunRecord run) {
    return Json.text(
        Json.object().put("type", type).put("threadId", run.threadId()).put("runId", run.runId()));
  }

  public static String error(String message) {
    return Json.text(Json.object().put("type", "RUN_ERROR").put("message", message));
  }

  public static String open(String message) {
    return Json.text(
        Json.object()
            .put("type", "TEXT_MESSAGE_START")
            .put("messageId", message)
            .put("role", "assistant"));
  }

  public static String delta(String message, String text) {
    return Json.text(
        Json.object()
            .put("type", "TEXT_MESSAGE_CONTENT")
            .put("messageId", message)
            .put("delta", text));
  }

  public static String chunk(String message, String text) {
    return Json.text(
        Json.object()
            .put("type", "TEXT_MESSAGE_CHUNK")
            .put("messageId", message)
            .put("role", "assistant")
            .put("delta", text));
  }

  public static String close(String message) {
    return Json.text(Json.object().put("type", "TEXT_MESSAGE_END").put("messageId", message));
  }

  public static String call(String id, String tool) {
    return Json.text(
        Json.object()
            .put("type", "TOOL_CALL_START")
            .put("toolCallId", id)
            .put("toolCallName", tool));
  }

  public static String args(String id, String delta) {
    return Json.text(
        Json.object().put("type", "TOOL_CALL_ARGS").put("toolCallId", id).put("delta", delta));
  }

  public static String called(String id) {
    return Json.text(Json.object().put("type", "TOOL_CALL_END").put("toolCallId", id));
  }

  public static String result(String id, String content) {
    return Json.text(
        Json.object()
            .put("type", "TOOL_CALL_RESULT")
            .put("messageId", "result-" + id)
            .put("toolCallId", id)
            .put("content", content));
  }
}
