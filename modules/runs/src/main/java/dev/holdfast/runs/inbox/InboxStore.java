package dev.holdfast.runs.inbox;

import dev.holdfast.channels.Publisher;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.redis.Keys;
import dev.holdfast.redis.RedisLink;
import dev.holdfast.redis.Reply;
import dev.holdfast.redis.Script;
import dev.holdfast.redis.ShardValue;
import dev.holdfast.runs.InboxEntry;
import dev.holdfast.runs.InboxEntry.Kind;
import dev.holdfast.runs.records.Digests;
import dev.holdfast.runs.records.EndCause;
import dev.holdfast.runs.records.RunKey;
import dev.holdfast.runs.records.RunStore;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What was said to runs, in the slot of each run's channel. Each script is atomic, and safe to
 * repeat. An entry is kept until the worker has it and an event of the run is published: until then
 * another worker may get the run, and all that was said to it. Used on the context of its link.
 */
public final class InboxStore {
  /** Entries of a run that wait. */
  public static final int MOST = 64;

  /** Their bytes together. */
  public static final int MOST_BYTES = 1 << 20;

  /** Entries that are read at a time. */
  static final int MOST_READ = 16;

  private static final int KEY = 12;
  private static final Script SAY = Script.of("runs", "run_prelude", "run_say");
  private static final Script HEARD = Script.of("runs", "run_prelude", "run_heard");

  private final RedisLink link;

  public InboxStore(RedisLink link) {
    this.link = link;
  }

  /**
   * One thing that is said.
   *
   * @param id with its kind names it: it is not said twice
   * @param same a text that is the same if it is said again
   * @param data JSON, as the worker gets it
   */
  public record Item(Kind kind, String id, String same, String data) {}

  /**
   * Says something, in order, all of it or nothing; returns how much of it is new. Fails with
   * NOT_FOUND; with CONFLICT if the run ends, or is cancelled, or an item was said before with
   * another content; with LIMIT_EXCEEDED if more would wait than may.
   *
   * @param by who says it
   */
  public Future<Integer> say(RunKey run, String by, List<Item> items) {
    List<Object> args = new ArrayList<>(6 + 5 * items.size());
    args.addAll(List.of(ShardValue.DEADLINE, ShardValue.FULL, MOST, MOST_BYTES));
    args.add(RunStore.BACKSTOP.toMillis());
    args.add(by);
    for (Item item : items) {
      args.add(Digests.of(name(item.kind()), item.id()).substring(0, KEY));
      args.add(Digests.of(item.same()).substring(0, KEY));
      args.addAll(List.of(name(item.kind()), item.id(), item.data()));
    }
    return SAY.run(link, List.of(Keys.run(run.channel()), Keys.runInbox(run.channel())), args)
        .map(reply -> said(reply, items));
  }

  private static int said(Reply reply, List<Item> items) {
    if (reply.size() == 0) {
      throw refused(ErrorCode.NOT_FOUND, "run: not found");
    }
    return switch (reply.at(0).asText()) {
      case "over" -> throw refused(ErrorCode.CONFLICT, "run: it has ended, or is cancelled");
      case "full" ->
          throw refused(
              ErrorCode.LIMIT_EXCEEDED, "run: too much that was said waits for its worker");
      case "other" -> {
        Item item = items.get((int) reply.at(1).asLong());
        throw refused(
            ErrorCode.CONFLICT,
            item.kind() == Kind.ANSWER
                ? "answers: another answer came first: " + item.id()
                : "messages: the id has another content: " + item.id());
      }
      default -> (int) reply.at(1).asLong();
    };
  }

  /**
   * Returns what was said after what a worker has, the first of it; nothing if the run is not this
   * worker's.
   *
   * @param after the number of the last entry that the worker has; 0: none
   */
  public Future<List<InboxEntry>> after(RunKey run, long generation, long after) {
    return link.send("HMGET", Keys.run(run.channel()), "said", "heard")
        .compose(
            marks ->
                number(marks.at(0)) > after || number(marks.at(1)) < after
                    ? read(run, generation, after)
                    : Future.succeededFuture(List.of()));
  }

  /**
   * Returns what was said to a run that ends and no worker has, in its order. What a worker has
   * that was lost, or gave the run back, counts only if an event was published.
   */
  public Future<List<InboxEntry>> left(RunKey run) {
    return link.send("HMGET", Keys.run(run.channel()), "has", "endgen", "cause")
        .compose(
            marks -> link.send("XRANGE", Keys.runInbox(run.channel()), unheardFrom(marks), "+"))
        .map(InboxStore::entries);
  }

  private static String unheardFrom(Reply marks) {
    String[] has = marks.at(0).textOr("").split(":", 2);
    boolean endedByIt =
        has.length == 2
            && has[0].equals(marks.at(1).textOr(""))
            && marks.at(2).textOr("").equals(EndCause.WORKER.code());
    return endedByIt ? "(" + has[1] + "-0" : "-";
  }

  private static List<InboxEntry> entries(Reply reply) {
    return reply.list().stream().map(InboxStore::entry).toList();
  }

  private Future<List<InboxEntry>> read(RunKey run, long generation, long after) {
    List<String> keys =
        List.of(
            Keys.run(run.channel()),
            Keys.runInbox(run.channel()),
            Keys.publisher(run.channel(), Publisher.RUN));
    return HEARD.run(link, keys, List.of(generation, after, MOST_READ)).map(InboxStore::entries);
  }

  private static InboxEntry entry(Reply reply) {
    String id = reply.at(0).asText();
    Reply fields = reply.at(1);
    return new InboxEntry(
        Long.parseLong(id.substring(0, id.indexOf('-'))),
        Kind.valueOf(fields.at(1).asText().toUpperCase(Locale.ROOT)),
        fields.at(3).asText(),
        fields.at(5).asText(),
        fields.at(7).asText());
  }

  private static String name(Kind kind) {
    return kind.name().toLowerCase(Locale.ROOT);
  }

  private static long number(Reply value) {
    return Long.parseLong(value.textOr("0"));
  }

  private static HoldfastException refused(ErrorCode code, String why) {
    return HoldfastException.withPublicMessage(code, why);
  }
}
