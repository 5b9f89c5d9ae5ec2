package dev.holdfast.runs.agents;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.agui.Json;
import io.vertx.core.buffer.Buffer;

/** Asks an AG-UI endpoint: the run's input goes to it as it is, and its events are the run's. */
final class AguiQuestion implements Question {
  private final String input;
  private final RunWriter writer;

  /**
   * @param input AG-UI's {@code RunAgentInput} as JSON
   */
  AguiQuestion(String input, RunWriter writer) {
    this.input = input;
    this.writer = writer;
  }

  /** What AG-UI's own readers need is there, also if who started the run left it out. */
  @Override
  public Buffer body() {
    ObjectNode body = (ObjectNode) Json.parse(input);
    fill(body, "state", Json.object());
    fill(body, "tools", Json.array());
    fill(body, "context", Json.array());
    fill(body, "forwardedProps", Json.object());
    return Buffer.buffer(Json.text(body));
  }

  private static void fill(ObjectNode body, String name, JsonNode value) {
    if (!body.has(name)) {
      body.set(name, value);
    }
  }

  /** An agent may have done something by then. */
  @Override
  public boolean repeatable() {
    return false;
  }

  @Override
  public void begins() {
    // It says so itself, by RUN_STARTED.
  }

  @Override
  public void event(String data) {
    writer.write(data);
  }

  @Override
  public boolean isComplete() {
    return writer.isOver();
  }

  @Override
  public void ends() {
    if (!writer.isOver()) {
      throw new AgentException(
          AgentException.WORKER_LOST, "The agent's answer ended before the run did.");
    }
  }
}
