package dev.holdfast.client;

import com.fasterxml.jackson.databind.JsonNode;
import dev.holdfast.client.session.Stored;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** A durable publication that was sent or will be. */
public final class Publication {
  private final String channel;
  private final String event;
  private final JsonNode data;
  final CompletableFuture<Stored> answer = new CompletableFuture<>();

  /** The states of a publication. */
  public enum State {
    PENDING,
    STORED,
    FAILED
  }

  Publication(String channel, String event, JsonNode data) {
    this.channel = channel;
    this.event = event;
    this.data = data;
  }

  /**
   * Completes when it is stored, once, over any number of connections. Fails with {@link
   * dev.holdfast.client.session.RefusedException}. Completed among the handlers.
   */
  public CompletionStage<Stored> stored() {
    return answer.minimalCompletionStage();
  }

  public State state() {
    if (!answer.isDone()) {
      return State.PENDING;
    }
    return answer.isCompletedExceptionally() ? State.FAILED : State.STORED;
  }

  public String channel() {
    return channel;
  }

  public String event() {
    return event;
  }

  public JsonNode data() {
    return data;
  }
}
