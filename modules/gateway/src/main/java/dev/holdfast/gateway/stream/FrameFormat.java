package dev.holdfast.gateway.stream;

import dev.holdfast.core.Position;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;

/** Events as they are in the log, and snapshots, each under its own name. */
final class FrameFormat implements RunFormat {
  @Override
  public Buffer snapshot(RunFrame frame) {
    return message(frame, "event: snapshot\n");
  }

  @Override
  public Buffer event(RunFrame frame) {
    return message(frame, "");
  }

  private static Buffer message(RunFrame frame, String name) {
    Position at = frame.at();
    String id = at == null ? "" : "id: " + at.text() + "\n";
    return Buffer.buffer(id + name + "data: ").appendBytes(frame.data()).appendString("\n\n");
  }

  @Override
  public Buffer gap(RunFrame frame) {
    JsonObject gap = new JsonObject().put("reason", frame.member("reason"));
    return Buffer.buffer("event: gap\ndata: " + gap.encode() + "\n\n");
  }

  @Override
  public boolean takesSnapshots() {
    return true;
  }
}
