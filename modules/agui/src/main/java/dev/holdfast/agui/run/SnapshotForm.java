package dev.holdfast.agui.run;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.agui.EventWriter;
import dev.holdfast.agui.Json;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import java.util.Locale;

/** Transcript ↔ document. */
final class SnapshotForm {
  private static final int VERSION = 1;

  private SnapshotForm() {}

  static Snapshot write(Transcript run) {
    ObjectNode json = Json.object().put("version", VERSION);
    json.put("threadId", run.threadId).put("runId", run.runId);
    json.put("phase", run.grammar.phase.name().toLowerCase(Locale.ROOT));
    json.set("messages", run.fold.messages());
    json.set("state", run.fold.state());
    ArrayNode given = json.putArray("given");
    run.given.forEach(given::add);
    ArrayNode open = json.putArray("open");
    run.grammar.open().forEach(each -> open.add(each.write()));
    ArrayNode subagents = json.putArray("subagents");
    run.subagents.forEach(event -> subagents.add(EventWriter.tree(event)));
    json.set("owners", owners(run.grammar.owners));
    json.set("chunks", run.chunks.write());
    json.set("progress", run.progress.write());
    if (run.end() != null) {
      json.set("end", EventWriter.tree(run.end()));
    }
    return new Snapshot(json);
  }

  private static ObjectNode owners(Owners owners) {
    ObjectNode json = Json.object();
    for (Owners.Kind kind : Owners.Kind.values()) {
      ObjectNode of = json.putObject(name(kind));
      owners.all(kind).forEach(of::put);
    }
    return json;
  }

  private static String name(Owners.Kind kind) {
    return kind.name().toLowerCase(Locale.ROOT);
  }

  static Transcript read(Snapshot snapshot, int limit) {
    JsonNode json = snapshot.json();
    if (json.path("version").asInt() != VERSION) {
      throw new HoldfastException(
          ErrorCode.INTERNAL, "a snapshot of version " + json.path("version"));
    }
    Transcript run =
        new Transcript(
            snapshot.threadId(), snapshot.runId(), snapshot.messages(), snapshot.state(), limit);
    run.given.clear();
    json.path("given").forEach(id -> run.given.add(id.asText()));
    run.grammar.phase = Grammar.Phase.valueOf(json.path("phase").asText().toUpperCase(Locale.ROOT));
    snapshot.open().forEach(run.grammar::reopen);
    readOwners(json.path("owners"), run.grammar.owners);
    snapshot.subagents().forEach(run::remember);
    run.chunks.read(json.path("chunks"));
    run.progress.read(json.path("progress"));
    run.ended(snapshot.end());
    return run;
  }

  private static void readOwners(JsonNode json, Owners owners) {
    owners.clear();
    for (Owners.Kind kind : Owners.Kind.values()) {
      json.path(name(kind))
          .properties()
          .forEach(
              owner ->
                  owners.put(
                      kind,
                      owner.getKey(),
                      owner.getValue().isNull() ? null : owner.getValue().asText()));
    }
  }
}
