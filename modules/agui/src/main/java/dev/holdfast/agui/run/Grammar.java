package dev.holdfast.agui.run;

import dev.holdfast.agui.ActivityEvent;
import dev.holdfast.agui.AguiEvent;
import dev.holdfast.agui.Extras;
import dev.holdfast.agui.Message;
import dev.holdfast.agui.ReasoningEvent;
import dev.holdfast.agui.RunEvent;
import dev.holdfast.agui.StateEvent;
import dev.holdfast.agui.StepEvent;
import dev.holdfast.agui.SubagentEvent;
import dev.holdfast.agui.TextEvent;
import dev.holdfast.agui.ToolEvent;
import dev.holdfast.agui.run.Construct.Kind;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Judges which event may follow: the rules of AG-UI 1.0 as its own client's verifier has them,
 * numbered in this module's README. A stream may hold several runs, one after the other; {@link
 * Transcript} holds one. Not safe for several threads.
 */
public final class Grammar {
  /** The states of the stream. */
  public enum Phase {
    NEW,
    RUNNING,
    FINISHED,
    FAILED
  }

  Phase phase = Phase.NEW;

  /** Open constructs, in the order in which they were opened. */
  private final Map<Object, Construct> open = new LinkedHashMap<>();

  private final Set<String> endedSubagents = new HashSet<>();
  private long openWeight;
  final Owners owners = new Owners();

  public Phase phase() {
    return phase;
  }

  /** The constructs that are open, oldest first. */
  public Collection<Construct> open() {
    return List.copyOf(open.values());
  }

  /**
   * Returns the events that close everything that is open, newest first.
   *
   * @param reason what is said of subagents that did not come to an end
   */
  public List<AguiEvent> closing(String reason) {
    List<Construct> newestFirst = new ArrayList<>(open());
    Collections.reverse(newestFirst);
    return newestFirst.stream().map(each -> closing(each, reason)).toList();
  }

  private static AguiEvent closing(Construct open, String reason) {
    Extras extras = Extras.of(open.owner());
    return switch (open.kind()) {
      case TEXT -> new TextEvent.End(open.id(), extras);
      case TOOL -> new ToolEvent.End(open.id(), extras);
      case REASONING -> new ReasoningEvent.MessageEnd(open.id(), extras);
      case SPAN -> new ReasoningEvent.End(open.id(), extras);
      case STEP -> new StepEvent.Finished(open.id(), extras);
      case SUBAGENT -> new SubagentEvent.Error(open.id(), reason, null, Extras.NONE);
    };
  }

  Set<String> endedSubagents() {
    return endedSubagents;
  }

  /** Opens it, or puts it back as it was. */
  void reopen(Construct construct) {
    openWeight += construct.weight();
    open.put(construct.key(), construct);
  }

  private void close(Construct construct) {
    Construct closed = open.remove(construct.key());
    openWeight -= closed == null ? 0 : closed.weight();
  }

  /** The number of characters that its state has in a snapshot, roughly. */
  long weight() {
    return openWeight + owners.weight();
  }

  /** Takes messages that were there before the stream for known. */
  void learn(List<Message> messages) {
    owners.learn(messages, false);
  }

  /**
   * Judges the next event, and counts it if it is allowed.
   *
   * @return what is wrong with it, beginning with its type, and nothing has changed; none: it is
   *     allowed
   */
  public @Nullable String check(AguiEvent event) {
    String wrong = order(event);
    if (wrong == null) {
      wrong = event.type() == null ? null : next(event);
    }
    return wrong == null ? null : event.typeName() + " " + wrong;
  }

  private @Nullable String order(AguiEvent event) {
    boolean starts = event instanceof RunEvent.Started;
    boolean fails = event instanceof RunEvent.Error;
    return switch (phase) {
      case NEW -> starts || fails ? null : "before RUN_STARTED";
      case RUNNING -> starts ? "while a run is under way" : null;
      case FINISHED -> starts || fails ? null : "after RUN_FINISHED";
      case FAILED -> starts ? null : "after RUN_ERROR";
    };
  }

  private @Nullable String next(AguiEvent event) {
    if (event instanceof TextEvent text) {
      return text(text);
    } else if (event instanceof ToolEvent tool) {
      return tool(tool);
    } else if (event instanceof ReasoningEvent reasoning) {
      return reasoning(reasoning);
    } else if (event instanceof StepEvent step) {
      return step(step);
    } else if (event instanceof SubagentEvent subagent) {
      return subagent(subagent);
    } else if (event instanceof RunEvent run) {
      return run(run);
    } else if (event instanceof ActivityEvent activity) {
      return activity(activity);
    } else if (event instanceof StateEvent.Messages snapshot) {
      owners.learn(snapshot.messages(), true);
    }
    return null;
  }

  private @Nullable String text(TextEvent event) {
    String tag = event.owner();
    if (event instanceof TextEvent.Start start) {
      return open(Kind.TEXT, Owners.Kind.MESSAGE, start.messageId(), tag);
    } else if (event instanceof TextEvent.Content content) {
      return goesOn(Kind.TEXT, Owners.Kind.MESSAGE, content.messageId(), tag);
    } else if (event instanceof TextEvent.End end) {
      return close(Kind.TEXT, Owners.Kind.MESSAGE, end.messageId(), tag);
    }
    return null;
  }

  private @Nullable String tool(ToolEvent event) {
    String tag = event.owner();
    if (event instanceof ToolEvent.Start start) {
      return call(start, tag);
    } else if (event instanceof ToolEvent.Args args) {
      return goesOn(Kind.TOOL, Owners.Kind.TOOL_CALL, args.toolCallId(), tag);
    } else if (event instanceof ToolEvent.End end) {
      return close(Kind.TOOL, Owners.Kind.TOOL_CALL, end.toolCallId(), tag);
    } else if (event instanceof ToolEvent.Result result) {
      owners.put(Owners.Kind.MESSAGE, result.messageId(), tag);
    }
    return null;
  }

  /** A call belongs to the message that carries it, and so to whose that is. */
  private @Nullable String call(ToolEvent.Start start, @Nullable String tag) {
    String id = start.toolCallId();
    String parent = known(start.parentMessageId());
    if (isOpen(Kind.TOOL, id, null)) {
      return "of " + id + ", which is open";
    }
    if (parent != null && !owners.agrees(Owners.Kind.MESSAGE, parent, tag)) {
      return "of " + id + " by " + tag + " within " + parent + ", which is another's";
    }
    String owner = tag == null && parent != null ? owners.of(Owners.Kind.MESSAGE, parent) : tag;
    boolean says = tag != null || parent != null;
    if (says && owners.knows(Owners.Kind.TOOL_CALL, id) && !isOwner(id, owner)) {
      return "of " + id + ", which is another's";
    }
    owners.claim(Owners.Kind.TOOL_CALL, id, owner);
    reopen(new Construct(Kind.TOOL, id, tag));
    return null;
  }

  private @Nullable String known(@Nullable String messageId) {
    boolean known = messageId != null && owners.knows(Owners.Kind.MESSAGE, messageId);
    return known ? messageId : null;
  }

  private boolean isOwner(String toolCallId, @Nullable String owner) {
    String known = owners.of(Owners.Kind.TOOL_CALL, toolCallId);
    return known == null ? owner == null : known.equals(owner);
  }

  private @Nullable String reasoning(ReasoningEvent event) {
    String tag = event.owner();
    var kind = Owners.Kind.REASONING;
    if (event instanceof ReasoningEvent.Start start) {
      return open(Kind.SPAN, kind, start.messageId(), tag);
    } else if (event instanceof ReasoningEvent.End end) {
      return close(Kind.SPAN, kind, end.messageId(), tag);
    } else if (event instanceof ReasoningEvent.MessageStart start) {
      return open(Kind.REASONING, kind, start.messageId(), tag);
    } else if (event instanceof ReasoningEvent.MessageContent content) {
      return goesOn(Kind.REASONING, kind, content.messageId(), tag);
    } else if (event instanceof ReasoningEvent.MessageEnd end) {
      return close(Kind.REASONING, kind, end.messageId(), tag);
    } else if (event instanceof ReasoningEvent.EncryptedValue value) {
      return agrees(encrypted(value), value.entityId(), tag);
    }
    return null;
  }

  private Owners.Kind encrypted(ReasoningEvent.EncryptedValue value) {
    if (value.subtype().equals("tool-call")) {
      return Owners.Kind.TOOL_CALL;
    }
    return owners.knows(Owners.Kind.MESSAGE, value.entityId())
        ? Owners.Kind.MESSAGE
        : Owners.Kind.REASONING;
  }

  private @Nullable String activity(ActivityEvent event) {
    if (event instanceof ActivityEvent.Delta delta) {
      return agrees(Owners.Kind.ACTIVITY, delta.messageId(), delta.owner());
    } else if (event instanceof ActivityEvent.Snapshot snapshot) {
      String id = snapshot.messageId();
      if (snapshot.replace() || !owners.knows(Owners.Kind.ACTIVITY, id)) {
        owners.put(Owners.Kind.ACTIVITY, id, snapshot.owner());
      }
    }
    return null;
  }

  private @Nullable String step(StepEvent event) {
    Construct step = new Construct(Kind.STEP, event.stepName(), event.owner());
    boolean starts = event instanceof StepEvent.Started;
    if (open.containsKey(step.key()) == starts) {
      return "of " + event.stepName() + ", which is " + (starts ? "open" : "not open");
    }
    if (starts) {
      reopen(step);
    } else {
      close(step);
    }
    return null;
  }

  private @Nullable String subagent(SubagentEvent event) {
    String id = event.subagentRunId();
    boolean isOpen = isOpen(Kind.SUBAGENT, id, null);
    if (event instanceof SubagentEvent.Started started) {
      return delegate(started, isOpen);
    }
    if (!isOpen) {
      return "of " + id + ", which is not open";
    }
    close(new Construct(Kind.SUBAGENT, id, null));
    endedSubagents.add(id);
    return null;
  }

  private @Nullable String delegate(SubagentEvent.Started started, boolean isOpen) {
    String id = started.subagentRunId();
    String parent = started.parents().subagentRunId();
    if (isOpen || endedSubagents.contains(id)) {
      return "of " + id + ", which is " + (isOpen ? "open" : "ended");
    }
    if (parent != null
        && !isOpen(Kind.SUBAGENT, parent, null)
        && !endedSubagents.contains(parent)) {
      return "of " + id + " by " + parent + ", which never began";
    }
    reopen(new Construct(Kind.SUBAGENT, id, null));
    return null;
  }

  private @Nullable String run(RunEvent event) {
    if (event instanceof RunEvent.Started started) {
      begin(started);
    } else if (event instanceof RunEvent.Finished) {
      if (!open.isEmpty()) {
        return "while open: " + names();
      }
      phase = Phase.FINISHED;
    } else {
      phase = Phase.FAILED;
    }
    return null;
  }

  private void begin(RunEvent.Started started) {
    if (phase != Phase.NEW) {
      open.clear();
      openWeight = 0;
      endedSubagents.clear();
      owners.clear();
    }
    phase = Phase.RUNNING;
    owners.learn(started.messages(), false);
  }

  private String names() {
    List<String> names = new ArrayList<>();
    for (Construct each : open.values()) {
      names.add(each.kind().wireName + " " + each.id());
    }
    return String.join(", ", names);
  }

  private boolean isOpen(Kind kind, String id, @Nullable String owner) {
    return open.containsKey(new Construct(kind, id, owner).key());
  }

  private @Nullable String open(Kind kind, Owners.Kind owned, String id, @Nullable String tag) {
    if (isOpen(kind, id, tag)) {
      return "of " + id + ", which is open";
    }
    String wrong = agrees(owned, id, tag);
    if (wrong == null) {
      owners.claim(owned, id, tag);
      reopen(new Construct(kind, id, tag));
    }
    return wrong;
  }

  private @Nullable String goesOn(Kind kind, Owners.Kind owned, String id, @Nullable String tag) {
    return isOpen(kind, id, tag) ? agrees(owned, id, tag) : "of " + id + ", which is not open";
  }

  private @Nullable String close(Kind kind, Owners.Kind owned, String id, @Nullable String tag) {
    String wrong = goesOn(kind, owned, id, tag);
    if (wrong == null) {
      close(new Construct(kind, id, tag));
    }
    return wrong;
  }

  private @Nullable String agrees(Owners.Kind kind, String id, @Nullable String tag) {
    return owners.agrees(kind, id, tag) ? null : "of " + id + " by " + tag + ", not its owner";
  }
}
