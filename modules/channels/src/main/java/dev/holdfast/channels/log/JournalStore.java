package dev.holdfast.channels.log;

import dev.holdfast.core.Channel;
import dev.holdfast.core.ChannelName;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.NodeId;
import dev.holdfast.redis.Keys;
import dev.holdfast.redis.RedisLink;
import dev.holdfast.redis.Reply;
import dev.holdfast.redis.ShardTags;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads the journals of nodes, in which each append notes its channel in the same step (see {@code
 * log_journal.lua}). Used on the context of its link; fails as the link does.
 */
public final class JournalStore {
  /**
   * Entries that a journal keeps at least, and most channels of one that are used. In a cluster it
   * keeps 100,000, but not if its node is of an older build.
   */
  private static final int KEPT = 10_000;

  /**
   * How much earlier than asked for a journal is read: an append is not noted if its channel was
   * within the second before, and an entry may have the time of the one before it.
   */
  private static final long SLACK_MS = 2_000;

  /**
   * The same in a cluster: times come from all of its shards, whose clocks differ, and one of them
   * may answer later than the others by as much as a call may take.
   */
  private static final long SHARDS_SLACK_MS = 30_000;

  private static final int PAGE = 1_000;

  private final RedisLink link;
  private final long slack;

  public JournalStore(RedisLink link) {
    this.link = link;
    this.slack = link.isCluster() ? SHARDS_SLACK_MS : SLACK_MS;
  }

  /**
   * Channels that a node published to.
   *
   * @param whole false: the journal does not go back so far, or Redis' clock was set back, and
   *     there may be others
   * @param upTo Redis time in ms; nothing that was appended before is missing. Below what was asked
   *     for if Redis' clock was set back
   * @param unread why those of some shards, or of all, could not be read; none: all of them were
   */
  public record Noted(boolean whole, Set<Channel> channels, long upTo, @Nullable Throwable unread) {
    private Noted(boolean whole, Set<Channel> channels, long upTo) {
      this(whole, channels, upTo, null);
    }
  }

  /**
   * Returns the channels that a node published to. In a cluster, what is in the journals that can
   * be read.
   *
   * @param since Redis time in ms
   */
  public Future<Noted> since(NodeId node, long since) {
    Future<Reply> time = link.send("TIME");
    if (!link.isCluster()) {
      return since(Keys.journal(node), since, time);
    }
    if (!link.areShardsTagged()) {
      return time.map(now -> new Noted(false, Set.of(), since));
    }
    List<Future<Noted>> all = new ArrayList<>();
    ShardTags.ALL.forEach(tag -> all.add(since(Keys.journal(node, tag), since, time)));
    return Future.join(all).transform(read -> Future.succeededFuture(joined(all)));
  }

  /** Returns what was read, of all shards. */
  private static Noted joined(List<Future<Noted>> all) {
    boolean whole = true;
    Set<Channel> channels = new HashSet<>();
    long upTo = Long.MIN_VALUE;
    Throwable unread = null;
    for (Future<Noted> one : all) {
      if (one.failed()) {
        unread = one.cause();
      } else {
        whole &= one.result().whole();
        channels.addAll(one.result().channels());
        upTo = Math.max(upTo, one.result().upTo());
      }
    }
    return new Noted(whole, channels, upTo, unread);
  }

  private Future<Noted> since(String key, long since, Future<Reply> time) {
    Future<Reply> last = link.send("XREVRANGE", key, "+", "-", "COUNT", 1);
    return Future.all(time, last)
        .compose(all -> since(key, since, millis(time.result()), last.result()));
  }

  private Future<Noted> since(String key, long since, long now, Reply last) {
    if (now < since - (slack - SLACK_MS)) {
      return Future.succeededFuture(new Noted(false, Set.of(), now));
    }
    if (last.size() == 0) {
      return Future.succeededFuture(new Noted(true, Set.of(), since));
    }
    long newest = time(id(last, 0));
    // By a clock that was set back a little and went on, what came after may have earlier times.
    long from = Math.max(0, Math.min(since, newest) - slack);
    long upTo = Math.min(now, Math.max(since, newest));
    return page(key, from, from + "-0", new Noted(true, new HashSet<>(), upTo));
  }

  private Future<Noted> page(String key, long from, String next, Noted sofar) {
    Future<Reply> entries = link.send("XRANGE", key, next, "+", "COUNT", PAGE);
    // Asked after the entries: what was trimmed before they were read is seen as missing.
    Future<Reply> length = link.send("XLEN", key);
    Future<Reply> head = link.send("XRANGE", key, "-", "+", "COUNT", 1);
    return Future.all(entries, length, head)
        .compose(
            all -> {
              boolean whole = length.result().asLong() < KEPT || isBefore(head.result(), from);
              Noted now = with(sofar, whole, entries.result());
              return entries.result().size() < PAGE || !now.whole()
                  ? Future.succeededFuture(now)
                  : page(key, from, "(" + id(entries.result(), PAGE - 1), now);
            });
  }

  /** More channels than a journal keeps are too many: the node goes on adding to it. */
  private static Noted with(Noted sofar, boolean whole, Reply entries) {
    for (int i = 0; i < entries.size(); i++) {
      channel(entries.at(i).at(1)).ifPresent(sofar.channels()::add);
    }
    boolean all = whole && sofar.channels().size() <= KEPT;
    return new Noted(all, sofar.channels(), sofar.upTo());
  }

  private static String id(Reply entries, int i) {
    return entries.at(i).at(0).asText();
  }

  private static long time(String id) {
    return Long.parseLong(id.substring(0, id.indexOf('-')));
  }

  private static long millis(Reply time) {
    return time.at(0).asLong() * 1_000 + time.at(1).asLong() / 1_000;
  }

  /** None: this build has no such channel, so it is not open here. */
  private static Optional<Channel> channel(Reply fields) {
    String text = fields.size() < 2 ? "" : fields.at(1).asText();
    int slash = text.indexOf('/');
    if (slash < 0) {
      return Optional.empty();
    }
    try {
      ChannelName name = ChannelName.parse(text.substring(slash + 1));
      return Optional.of(new Channel(text.substring(0, slash), name));
    } catch (HoldfastException e) {
      return Optional.empty();
    }
  }

  private static boolean isBefore(Reply head, long from) {
    return head.size() > 0 && time(id(head, 0)) < from;
  }
}
