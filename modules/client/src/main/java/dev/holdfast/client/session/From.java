package dev.holdfast.client.session;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.TextNode;

/** The place at which a subscription begins to read. */
public final class From {
  /** Begins with new events. */
  public static final From LATEST = new From(TextNode.valueOf("latest"));

  /** Begins with the oldest event that the channel still has. */
  public static final From EARLIEST = new From(TextNode.valueOf("earliest"));

  /**
   * Begins with what the channel's events add up to, see {@link SessionListener#snapshot}, and the
   * events after that; of {@code run:} channels only.
   */
  public static final From SNAPSHOT = new From(TextNode.valueOf("snapshot"));

  private final JsonNode json;

  private From(JsonNode json) {
    this.json = json;
  }

  /** Begins with the event behind the cursor. */
  public static From after(Cursor cursor) {
    return new From(JsonNodeFactory.instance.arrayNode().add(cursor.epoch()).add(cursor.seq()));
  }

  /** Returns the member {@code from} of a subscribe frame. */
  public JsonNode json() {
    return json;
  }

  @Override
  public String toString() {
    return json.toString();
  }
}
