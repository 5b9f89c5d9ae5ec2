package dev.holdfast.agui.run;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.agui.AguiEvent;
import dev.holdfast.agui.EventReader;
import dev.holdfast.agui.EventWriter;
import dev.holdfast.agui.Extras;
import dev.holdfast.agui.Json;
import dev.holdfast.agui.ReasoningEvent;
import dev.holdfast.agui.RunEvent;
import dev.holdfast.agui.StateEvent;
import dev.holdfast.agui.SubagentEvent;
import dev.holdfast.agui.TextEvent;
import dev.holdfast.agui.ToolEvent;
import dev.holdfast.agui.run.Construct.Kind;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Makes START, deltas and END of the shorthands {@code …_CHUNK}. One construct at a time may grow
 * by shorthands for each owner, the agent or a subagent: another one, or any other event of that
 * owner, ends it. Not safe for several threads.
 */
final class Chunks {
  /** The construct that an owner's shorthands go on with, and its opening. */
  private record Lane(Construct open, AguiEvent opening) {}

  /** Lanes by owner; null: the agent itself. */
  private final Map<@Nullable String, Lane> lanes = new LinkedHashMap<>();

  /** A chunk, whichever of the three it is. */
  private record Piece(Kind kind, @Nullable String id, @Nullable String delta, AguiEvent event) {}

  /**
   * @throws HoldfastException BAD_REQUEST if a shorthand goes on with nothing, or with another's;
   *     nothing has changed then
   */
  List<AguiEvent> expand(AguiEvent event) {
    List<AguiEvent> events = new ArrayList<>(3);
    Piece piece = piece(event);
    if (piece != null) {
      expand(piece, events);
      return events;
    }
    if (event instanceof RunEvent || event instanceof StateEvent.Messages) {
      lanes.values().forEach(lane -> events.add(end(lane.open())));
      lanes.clear();
    } else if (event instanceof SubagentEvent subagent) {
      if (!(event instanceof SubagentEvent.Started)) {
        close(subagent.subagentRunId(), events);
      }
    } else if (ends(event)) {
      close(event.owner(), events);
    }
    events.add(event);
    return events;
  }

  private static boolean ends(AguiEvent event) {
    return event.type() != null
        && switch (event.type()) {
          case RAW, ACTIVITY_SNAPSHOT, ACTIVITY_DELTA, REASONING_ENCRYPTED_VALUE -> false;
          default -> true;
        };
  }

  private static @Nullable Piece piece(AguiEvent event) {
    if (event instanceof TextEvent.Chunk chunk) {
      return new Piece(Kind.TEXT, chunk.messageId(), chunk.delta(), event);
    } else if (event instanceof ToolEvent.Chunk chunk) {
      return new Piece(Kind.TOOL, chunk.toolCallId(), chunk.delta(), event);
    } else if (event instanceof ReasoningEvent.MessageChunk chunk) {
      return new Piece(Kind.REASONING, chunk.messageId(), chunk.delta(), event);
    }
    return null;
  }

  private void expand(Piece piece, List<AguiEvent> events) {
    String owner = lane(piece);
    Lane lane = lanes.get(owner);
    boolean goesOn = lane != null && goesOn(lane.open(), piece);
    if (lane != null && goesOn) {
      requireAgreement(piece, lane.opening());
    } else {
      lane = begin(piece, owner);
      close(owner, events);
      lanes.put(owner, lane);
      events.add(lane.opening());
    }
    Extras extras = piece.event().extras();
    if (piece.delta() != null || extras.rawEvent() != null || goesOn && !extras.isPlain()) {
      events.add(delta(piece, lane.open()));
    }
  }

  private static boolean goesOn(Construct open, Piece piece) {
    return open.kind() == piece.kind() && (piece.id() == null || piece.id().equals(open.id()));
  }

  private static Lane begin(Piece piece, @Nullable String owner) {
    String id = piece.id();
    if (id == null) {
      throw refusal(piece, "without an id, the first of its kind");
    }
    AguiEvent start = start(piece, id, opening(piece));
    return new Lane(new Construct(piece.kind(), id, owner), start);
  }

  /** The owner of a shorthand: by its id, by what it says, or because there is only one. */
  private @Nullable String lane(Piece piece) {
    String tag = piece.event().owner();
    if (piece.id() != null) {
      for (Lane lane : lanes.values()) {
        Construct open = lane.open();
        if (open.kind() == piece.kind() && open.id().equals(piece.id())) {
          require(tag == null || tag.equals(open.owner()), piece, "of another's " + piece.id());
          return open.owner();
        }
      }
      return tag;
    }
    Lane own = lanes.get(null);
    if (tag != null || own != null && own.open().kind() == piece.kind()) {
      return tag;
    }
    List<Lane> same =
        lanes.values().stream().filter(lane -> lane.open().kind() == piece.kind()).toList();
    require(same.size() <= 1, piece, "without an id, while several are open");
    return same.isEmpty() ? null : same.get(0).open().owner();
  }

  /** Refuses a later shorthand that says something else of its opening than the first one. */
  private static void requireAgreement(Piece piece, AguiEvent opening) {
    if (piece.event() instanceof TextEvent.Chunk chunk
        && opening instanceof TextEvent.Start start) {
      agree(piece, "role", chunk.role(), start.role());
      agree(piece, "name", chunk.name(), start.name());
    } else if (piece.event() instanceof ToolEvent.Chunk chunk
        && opening instanceof ToolEvent.Start start) {
      agree(piece, "toolCallName", chunk.toolCallName(), start.toolCallName());
      agree(piece, "parentMessageId", chunk.parentMessageId(), start.parentMessageId());
    }
  }

  private static void agree(
      Piece piece, String member, @Nullable String says, @Nullable String said) {
    require(says == null || says.equals(said), piece, "with another " + member + " than before");
  }

  /** The extras of an opening; what is not its own goes with the delta, if one follows. */
  private static Extras opening(Piece piece) {
    Extras extras = piece.event().extras();
    boolean followed = piece.delta() != null || extras.rawEvent() != null;
    ObjectNode others = followed ? null : extras.others();
    return new Extras(extras.timestamp(), null, extras.metadata(), extras.subagentRunId(), others);
  }

  private static AguiEvent start(Piece piece, String id, Extras extras) {
    if (piece.event() instanceof TextEvent.Chunk chunk) {
      String role = chunk.role() == null ? "assistant" : chunk.role();
      return new TextEvent.Start(id, role, chunk.name(), extras);
    } else if (piece.event() instanceof ToolEvent.Chunk chunk) {
      String name = chunk.toolCallName();
      if (name == null) {
        throw refusal(piece, "without a name, the first of its call");
      }
      return new ToolEvent.Start(id, name, chunk.parentMessageId(), extras);
    }
    return new ReasoningEvent.MessageStart(id, extras);
  }

  private static AguiEvent delta(Piece piece, Construct open) {
    String delta = Objects.requireNonNullElse(piece.delta(), "");
    Extras own = piece.event().extras();
    Extras extras = own.subagentRunId() == null ? own.by(open.owner()) : own;
    return switch (open.kind()) {
      case TEXT -> new TextEvent.Content(open.id(), delta, extras);
      case TOOL -> new ToolEvent.Args(open.id(), delta, extras);
      default -> new ReasoningEvent.MessageContent(open.id(), delta, extras);
    };
  }

  private void close(@Nullable String owner, List<AguiEvent> events) {
    Lane lane = lanes.remove(owner);
    if (lane != null) {
      events.add(end(lane.open()));
    }
  }

  private static AguiEvent end(Construct open) {
    Extras extras = Extras.of(open.owner());
    return switch (open.kind()) {
      case TEXT -> new TextEvent.End(open.id(), extras);
      case TOOL -> new ToolEvent.End(open.id(), extras);
      default -> new ReasoningEvent.MessageEnd(open.id(), extras);
    };
  }

  private static void require(boolean holds, Piece piece, String wrong) {
    if (!holds) {
      throw refusal(piece, wrong);
    }
  }

  private static HoldfastException refusal(Piece piece, String wrong) {
    String type = piece.event().typeName();
    return HoldfastException.withPublicMessage(ErrorCode.BAD_REQUEST, type + " " + wrong);
  }

  ArrayNode write() {
    ArrayNode json = Json.array();
    for (Lane lane : lanes.values()) {
      ObjectNode each = lane.open().write();
      each.set("opening", EventWriter.tree(lane.opening()));
      json.add(each);
    }
    return json;
  }

  void read(JsonNode json) {
    for (JsonNode each : json) {
      Construct open = Construct.read(each);
      lanes.put(open.owner(), new Lane(open, EventReader.read(each.get("opening"))));
    }
  }
}
