package dev.holdfast.runs.service;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.agui.Json;
import dev.holdfast.agui.Message;
import dev.holdfast.core.Caller;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.bus.Bus;
import dev.holdfast.runs.CancelNotice;
import dev.holdfast.runs.InboxEntry;
import dev.holdfast.runs.InboxEntry.Kind;
import dev.holdfast.runs.RunMessage.Say;
import dev.holdfast.runs.WorkMessage;
import dev.holdfast.runs.config.AgentConfig;
import dev.holdfast.runs.config.RunsConfig;
import dev.holdfast.runs.inbox.InboxStore;
import dev.holdfast.runs.inbox.InboxStore.Item;
import dev.holdfast.runs.records.RunKey;
import dev.holdfast.runs.records.RunRecord;
import dev.holdfast.runs.records.RunState;
import dev.holdfast.runs.records.RunStore;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Says things to runs that go on, for their owners and for services, and notifies their workers.
 * Confined to its context.
 */
final class Saying {
  /** Most bytes of an entry. */
  static final int MOST_BYTES = 64 << 10;

  /** Most characters of an id. */
  private static final int MOST_ID = 256;

  private static final Set<String> STATUSES = Set.of("resolved", "cancelled");

  private final Bus bus;
  private final RunStore runs;
  private final InboxStore inbox;
  private final RunsConfig config;
  private final Counter messages;
  private final Counter answers;
  private final Counter refused;

  Saying(Bus bus, RunStore runs, InboxStore inbox, RunsConfig config, MeterRegistry registry) {
    this.bus = bus;
    this.runs = runs;
    this.inbox = inbox;
    this.config = config;
    this.messages = counter(registry, "message");
    this.answers = counter(registry, "answer");
    this.refused = counter(registry, "refused");
  }

  private static Counter counter(MeterRegistry registry, String what) {
    return registry.counter("holdfast.runs.said", "what", what);
  }

  /** Says something to a run; returns it as it was then. */
  Future<RunRecord> say(Say message) {
    return runs.get(new RunKey(message.tenant(), message.run()))
        .map(found -> RunAccess.visible(message.caller(), message.tenant(), found))
        .compose(run -> say(message, run).map(run))
        .onFailure(failure -> refused.increment());
  }

  private Future<Integer> say(Say message, RunRecord run) {
    RunAccess.says(message.caller(), run);
    AgentConfig agent = config.agents().get(run.agent());
    if (agent != null && agent.byNode()) {
      throw problem(ErrorCode.CONFLICT, "run: its agent hears nothing while it runs");
    }
    String by = message.caller() instanceof Caller.User user ? user.user() : "service";
    return inbox
        .say(run.key(), by, items(message))
        .onSuccess(
            fresh -> {
              (message.kind() == Kind.ANSWER ? answers : messages).increment(fresh);
              if (fresh > 0 && run.state() != RunState.ENDED) {
                bus.publish(
                    CancelNotice.ADDRESS, new CancelNotice(run.key().tenant(), run.key().run()));
              }
            });
  }

  /** A batch is stored whether its worker gets what was said with this answer or the next. */
  Future<List<InboxEntry>> heard(WorkMessage.Events batch, boolean over) {
    Long after = batch.after();
    return over || after == null
        ? Future.succeededFuture(List.of())
        : inbox
            .after(new RunKey(batch.tenant(), batch.run()), batch.generation(), after)
            .otherwise(List.of());
  }

  private static List<Item> items(Say message) {
    List<Item> items = new ArrayList<>();
    for (String one : message.said()) {
      String where =
          (message.kind() == Kind.ANSWER ? "answers/" : "messages/") + items.size() + ": ";
      if (one.getBytes(StandardCharsets.UTF_8).length > MOST_BYTES) {
        throw problem(ErrorCode.TOO_LARGE, where + "at most 64 KiB");
      }
      try {
        items.add(item(message.kind(), one));
      } catch (HoldfastException bad) {
        throw problem(bad.code(), where + bad.publicMessage());
      }
    }
    return items;
  }

  private static Item item(Kind kind, String said) {
    if (!(Json.parse(said) instanceof ObjectNode json)) {
      throw problem(ErrorCode.BAD_REQUEST, "not an object");
    }
    if (Json.isDeeper(json, Json.MAX_DEPTH)) {
      throw problem(ErrorCode.BAD_REQUEST, "nested more than " + Json.MAX_DEPTH + " deep");
    }
    String id = json.path("id").asText("");
    boolean isId = json.path("id").isTextual() && !id.isEmpty() && id.length() <= MOST_ID;
    if (!isId || id.chars().anyMatch(Character::isISOControl)) {
      throw problem(ErrorCode.BAD_REQUEST, "id: 1 to " + MOST_ID + " characters, none of control");
    }
    if (kind == Kind.ANSWER) {
      checkAnswer(json);
    } else if (!Message.read(json).role().equals("user")) {
      throw problem(ErrorCode.BAD_REQUEST, "role: user");
    }
    return new Item(kind, id, Json.text(json), said);
  }

  private static void checkAnswer(JsonNode json) {
    if (!STATUSES.contains(json.path("status").asText())) {
      throw problem(ErrorCode.BAD_REQUEST, "status: resolved or cancelled");
    }
    for (var names = json.fieldNames(); names.hasNext(); ) {
      String name = names.next();
      if (!Set.of("id", "status", "payload").contains(name)) {
        throw problem(ErrorCode.BAD_REQUEST, "not a known member beside id, status, payload");
      }
    }
  }

  private static HoldfastException problem(ErrorCode code, String why) {
    return HoldfastException.withPublicMessage(code, why);
  }
}
