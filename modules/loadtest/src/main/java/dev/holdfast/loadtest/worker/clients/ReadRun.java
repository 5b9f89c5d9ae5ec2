package dev.holdfast.loadtest.worker.clients;

import com.fasterxml.jackson.databind.JsonNode;
import dev.holdfast.client.session.From;
import dev.holdfast.client.session.Snapshot;
import dev.holdfast.loadtest.plan.Group;
import dev.holdfast.loadtest.worker.ledger.AnswerLedger;
import dev.holdfast.loadtest.worker.ledger.EventReader;
import dev.holdfast.loadtest.worker.ledger.GroupTally;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * A run, as one user reads it from its start to its end. Confined to one event loop; times in µs.
 */
final class ReadRun {
  private static final double MICROS = 1e6;

  /** Longer than it takes until a lost worker's run is ended, or another worker has it. */
  private static final long LATE_MS = 90_000;

  private final ClientLoop loop;
  private final GroupTally tally;
  private final Chat chat;
  private final double rate;
  private final long asked;
  private String channel = "";
  private AnswerLedger answer;
  private long read;
  private long loaded;
  private boolean waits;
  private boolean over;
  private Runnable notGivenUp = () -> {};
  private long wrote;
  private long last;

  /**
   * @param rate tokens per second
   */
  ReadRun(ClientLoop loop, GroupTally tally, Chat chat, double rate) {
    this.loop = loop;
    this.tally = tally;
    this.chat = chat;
    this.rate = rate;
    this.asked = loop.clock.micros();
    this.answer = new AnswerLedger(tally, "");
  }

  String channel() {
    return channel;
  }

  long tokens() {
    return answer.tokens();
  }

  /** Returns whether nobody waits for it any more. */
  boolean isLate() {
    return loop.clock.micros() - asked > LATE_MS * 1_000;
  }

  /**
   * It is started; its reading begins.
   *
   * @param length ms that the answer takes
   */
  void started(String run, long length) {
    tally.timing("start").record(loop.clock.micros() - asked);
    channel = "run:" + run;
    answer = new AnswerLedger(tally, run);
    chat.read(channel, From.EARLIEST);
    loop.timers.after(ThreadLocalRandom.current().nextLong(length + 1), this::disturb);
    notGivenUp = loop.timers.after(length + LATE_MS, this::givenUp);
  }

  private void disturb() {
    if (!over && chat.disturbed()) {
      fromSnapshot();
      loaded = read;
    }
  }

  /** Begins anew with what the run has come to. */
  void fromSnapshot() {
    answer.end(answer.tokens());
    differs(answer);
    answer = new AnswerLedger(tally, channel.substring(channel.indexOf(':') + 1));
    read = loop.clock.micros();
    chat.read(channel, From.SNAPSHOT);
  }

  /** Events are missing, which a snapshot has. */
  void gap() {
    answer.gap();
    waits = true;
    fromSnapshot();
  }

  void snapshot(Snapshot snapshot) {
    waits = false;
    tally.timing("snapshot").record(loop.clock.micros() - read);
    for (JsonNode message : snapshot.data().path("messages")) {
      String content = message.path("content").asText();
      switch (message.path("role").asText()) {
        case "tool" -> wrote = Long.parseLong(content);
        case "assistant" -> begin(message.path("id").asText(), content);
        default -> {} // the question, or a later node's
      }
    }
    JsonNode end = snapshot.data().path("end");
    if (end.isObject()) {
      ended(end.path("type").asText(), end.path("result").asText(), end.path("code").asText());
    }
  }

  private void begin(String message, String content) {
    if (!content.isEmpty()) {
      answer.begin(message, content);
    }
  }

  void event(EventReader event, long now) {
    if (waits || over) {
      return;
    }
    if (last == 0) {
      tally.timing("first").record(now - asked);
    }
    String type = event.text("type");
    switch (type) {
      case "TOOL_CALL_RESULT" -> {
        wrote = Long.parseLong(event.text("content"));
        tally.timing("tool").record(now - Math.max(loaded, wrote));
      }
      case "TEXT_MESSAGE_CONTENT" -> {
        int fresh = answer.add(event.text("messageId"), event.text("delta"), this::due, now);
        loop.counters.acknowledged += fresh;
      }
      case "RUN_FINISHED", "RUN_ERROR" -> ended(type, event.text("result"), event.text("code"));
      default -> {} // what opens and closes
    }
    last = now;
  }

  /**
   * Since when its user waits for a token: the agent had to write it then, by the time at which it
   * wrote the tool's result; or the page was loaded later. What comes late by a gap is late. A page
   * that is loaded before the run has a snapshot reads all of it, and what was written long before
   * is not late.
   */
  private long due(int number) {
    return Math.max(loaded, wrote + Math.round((number + 1) / rate * MICROS));
  }

  private void ended(String type, String result, String code) {
    if (type.equals("RUN_FINISHED") && result.matches("\\d+ \\d+")) {
      String[] said = result.split(" ");
      tally.timing("late").record(Long.parseLong(said[1]));
      end(Long.valueOf(said[0]), null);
    } else if (code.equals("worker_lost") && tally.group.kind() == Group.Kind.RELOADING) {
      tally.timing("lost").record(loop.clock.micros() - Math.max(last, asked));
      end(null, null);
    } else {
      end(null, "it ended with " + type + " " + code);
    }
  }

  private void givenUp() {
    end(null, "it has not ended in time");
  }

  /**
   * @param written tokens; none: its worker did not say so
   * @param why it is no whole answer; none: it is one, or its worker was lost
   */
  private void end(@Nullable Long written, @Nullable String why) {
    over = true;
    notGivenUp.run();
    loop.counters.called++;
    loop.counters.published += written == null ? answer.tokens() : written;
    answer.end(written == null ? answer.tokens() : written);
    if (why == null) {
      differs(answer);
    } else {
      failed(why);
    }
    chat.over(this, written);
  }

  private void differs(AnswerLedger read) {
    if (read.difference() != null) {
      failed(read.difference());
    }
  }

  private void failed(String why) {
    loop.counters.failed++;
    loop.counters.errors.count(channel + ": " + why);
  }
}
