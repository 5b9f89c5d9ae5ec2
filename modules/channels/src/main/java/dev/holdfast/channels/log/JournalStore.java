package dev.holdfast.channels.log;

import dev.holdfast.core.Channel;
import dev.holdfast.core.ChannelName;
import dev.holdfast.core.NodeId;
import dev.holdfast.redis.Keys;
import dev.holdfast.redis.RedisLink;
import dev.holdfast.redis.Reply;
import io.vertx.core.Future;
import java.util.HashSet;
import java.util.Set;

/**
 * Reads the journals of nodes, in which each append notes its channel in the same step (see {@code
 * log_journal.lua}). Used on the context of its link; fails as the link does.
 */
public final class JournalStore {
  /** Entries that a journal keeps at least. */
  private static final int KEPT = 10_000;

  /**
   * How much earlier than asked for a journal is read: an append is not noted if its channel was
   * within the second before, and an entry may have the time of the one before it.
   */
  private static final long SLACK_MS = 2_000;

  private static final int PAGE = 1_000;

  private final RedisLink link;

  public JournalStore(RedisLink link) {
    this.link = link;
  }

  /**
   * Channels that a node published to.
   *
   * @param whole false: the journal does not go back so far, and there may be others
   * @param upTo Redis time in ms of the newest entry; nothing that was appended before is missing
   */
  public record Noted(boolean whole, Set<Channel> channels, long upTo) {}

  /**
   * Returns the channels that a node published to.
   *
   * @param since Redis time in ms
   */
  public Future<Noted> since(NodeId node, long since) {
    long from = Math.max(0, since - SLACK_MS);
    return page(Keys.journal(node), from, from + "-0", new Noted(true, new HashSet<>(), since));
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
              return entries.result().size() < PAGE || now.channels().size() > KEPT
                  ? Future.succeededFuture(now)
                  : page(key, from, "(" + id(entries.result(), PAGE - 1), now);
            });
  }

  /** More channels than a journal keeps are too many: the node goes on adding to it. */
  private static Noted with(Noted sofar, boolean whole, Reply entries) {
    long upTo = sofar.upTo();
    for (int i = 0; i < entries.size(); i++) {
      upTo = Math.max(upTo, time(id(entries, i)));
      sofar.channels().add(channel(entries.at(i).at(1).at(1).asText()));
    }
    boolean all = sofar.whole() && whole && sofar.channels().size() <= KEPT;
    return new Noted(all, sofar.channels(), upTo);
  }

  private static String id(Reply entries, int i) {
    return entries.at(i).at(0).asText();
  }

  private static long time(String id) {
    return Long.parseLong(id.substring(0, id.indexOf('-')));
  }

  private static Channel channel(String text) {
    int slash = text.indexOf('/');
    return new Channel(text.substring(0, slash), ChannelName.parse(text.substring(slash + 1)));
  }

  private static boolean isBefore(Reply head, long from) {
    return head.size() > 0 && time(id(head, 0)) < from;
  }
}
