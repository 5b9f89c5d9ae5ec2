package dev.holdfast.runs.records;

import dev.holdfast.redis.Reply;
import dev.holdfast.runs.Busy;
import dev.holdfast.runs.config.RunLimits;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Record ↔ fields of its hash. */
final class RunFields {
  private final Map<String, String> fields = new HashMap<>();

  private RunFields(Reply flat) {
    for (int i = 0; i + 1 < flat.size(); i += 2) {
      fields.put(flat.at(i).asText(), flat.at(i + 1).asText());
    }
  }

  /** Fields and values by turns, of what does not change. */
  static List<Object> of(RunSpec spec) {
    RunLimits limits = spec.limits();
    return List.of(
        "owner",
        spec.owner(),
        "thread",
        spec.threadId(),
        "run",
        spec.runId(),
        "agent",
        spec.agent(),
        "queuems",
        limits.queue().toMillis(),
        "leasems",
        limits.lease().toMillis(),
        "idlems",
        limits.idle().toMillis(),
        "longestms",
        limits.longest().toMillis(),
        "gracems",
        limits.grace().toMillis(),
        "attempts",
        limits.attempts());
  }

  /** Returns the name that Redis has for it. */
  static String name(Busy busy) {
    return busy.name().toLowerCase(Locale.ROOT);
  }

  /** Reads fields and values by turns; empty if there are none. */
  static Optional<RunRecord> record(RunKey key, Reply flat) {
    RunFields in = new RunFields(flat);
    return in.fields.containsKey("state") ? Optional.of(in.record(key)) : Optional.empty();
  }

  private RunRecord record(RunKey key) {
    return new RunRecord(
        key,
        text("owner"),
        text("thread"),
        text("run"),
        text("agent"),
        RunState.of(text("state")),
        number("gen"),
        (int) number("attempt"),
        fields.get("worker"),
        held(),
        new RunRecord.Times(
            number("created"),
            number("queued"),
            number("started"),
            number("active"),
            number("lease")),
        limits(),
        cancel(),
        end());
  }

  private @Nullable Busy held() {
    String held = fields.get("held");
    return held == null ? null : Busy.valueOf(held.toUpperCase(Locale.ROOT));
  }

  private RunLimits limits() {
    return new RunLimits(
        time("queuems"),
        time("leasems"),
        time("idlems"),
        time("longestms"),
        time("gracems"),
        (int) number("attempts"));
  }

  private RunRecord.@Nullable Cancel cancel() {
    return fields.containsKey("cancelat")
        ? new RunRecord.Cancel(number("cancelat"), text("cancelby"), text("cancelwhy"))
        : null;
  }

  private RunRecord.@Nullable End end() {
    return fields.containsKey("outcome")
        ? new RunRecord.End(
            number("over"),
            number("endgen"),
            text("cause"),
            text("outcome"),
            text("code"),
            fields.get("terminal"))
        : null;
  }

  private String text(String name) {
    return fields.getOrDefault(name, "");
  }

  private long number(String name) {
    return Long.parseLong(fields.getOrDefault(name, "0"));
  }

  private Duration time(String name) {
    return Duration.ofMillis(number(name));
  }
}
