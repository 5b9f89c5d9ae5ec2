package dev.holdfast.core;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/**
 * One life of one server process: its configured or generated id, and the start epoch, which
 * distinguishes this life from the ones before. Text form {@code id@epoch}.
 *
 * @param id 1 to 64 letters, digits, {@code _ -}; unique in the cluster at a time
 * @param startEpoch Redis time in ms at the start of this life; rises from life to life of one id
 */
public record NodeId(String id, long startEpoch) implements BusValue {
  public NodeId {
    Names.id(id, "node");
    if (startEpoch < 0) {
      throw new IllegalArgumentException("startEpoch: not negative");
    }
  }

  @JsonCreator
  public static NodeId parse(String text) {
    int at = text.lastIndexOf('@');
    return new NodeId(text.substring(0, at), Long.parseLong(text.substring(at + 1)));
  }

  /**
   * The address of this life of the node on the event bus: what is left of an earlier life of the
   * id never gets it.
   */
  public String address() {
    return "node." + this;
  }

  @JsonValue
  @Override
  public String toString() {
    return id + "@" + startEpoch;
  }
}
