package dev.holdfast.channels.log;

import dev.holdfast.channels.ChannelMessage;
import dev.holdfast.channels.Gap;
import dev.holdfast.channels.KeyDigest;
import dev.holdfast.channels.PublishKeyed;
import dev.holdfast.channels.Publisher;
import dev.holdfast.channels.retained.Change;
import dev.holdfast.channels.retained.Room;
import dev.holdfast.core.Caller;
import dev.holdfast.core.Channel;
import dev.holdfast.core.ChannelName.Kind;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.Ids;
import dev.holdfast.core.NodeId;
import dev.holdfast.core.Position;
import dev.holdfast.redis.Keys;
import dev.holdfast.redis.RedisLink;
import dev.holdfast.redis.Reply;
import dev.holdfast.redis.Script;
import dev.holdfast.redis.ShardValue;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Logs in Redis; one method per script. Scripts reach Redis in the order of the calls. Used on the
 * context of its link. Fails as the link does, and with NOT_FOUND for the channel of a session that
 * does not exist.
 */
public final class ChannelStore {
  private static final String MODULE = "channels";
  private static final Script APPEND = append("log_append");
  private static final Script APPEND_KEYED = append("log_append_keyed");
  private static final Script VOLATILE = Script.of(MODULE, "log_meta", "log_nodes", "log_volatile");
  private static final Script INTEREST =
      Script.of(MODULE, "log_meta", "log_nodes", "log_empty", "log_interest");
  private static final Script READ = Script.of(MODULE, "log_meta", "log_empty", "log_read");
  private static final Script FENCE = Script.of(MODULE, "log_fence");

  /**
   * Life of a session's publisher; longer than any retry of a session. The session may publish
   * nothing for so long.
   */
  private static final Duration SESSION_PUBLISHER_TTL = Duration.ofHours(24);

  /** Life of a run's publishers, which keep lost workers out: longer than any run. */
  private static final Duration RUN_PUBLISHER_TTL = Duration.ofHours(72);

  /** Life of an idempotency key; a channel keeps at most {@link #MOST_KEYS} of them. */
  private static final Duration KEY_TTL = Duration.ofMinutes(2);

  static final int MOST_KEYS = 60_000;

  /** Most publishers that a caller may name over HTTP in one channel, while they are kept. */
  static final int MOST_NAMES = 1_000;

  /** Most bytes of bodies in one chunk, unless it holds a single entry. */
  static final int CHUNK_BYTES = 256 << 10;

  private final RedisLink link;
  private final ChannelsConfig config;
  private final Room room;
  private final KnownReaders readers;
  private final @Nullable NodeId journal;

  private static Script append(String name) {
    return Script.of(
        MODULE,
        "log_meta",
        "log_nodes",
        "log_readers",
        "log_trim",
        "log_room",
        "log_count",
        "log_put",
        "log_number",
        "log_journal",
        name);
  }

  /** Makes a store whose appends are not counted. */
  public ChannelStore(RedisLink link, ChannelsConfig config) {
    this(link, config, Room.UNCOUNTED, KnownReaders.none(), null);
  }

  private ChannelStore(
      RedisLink link,
      ChannelsConfig config,
      Room room,
      KnownReaders readers,
      @Nullable NodeId journal) {
    this.link = link;
    this.config = config;
    this.room = room;
    this.readers = readers;
    this.journal = journal;
  }

  /** Returns a store whose appends are counted in this room. */
  public ChannelStore in(Room given) {
    return new ChannelStore(link, config, given, readers, journal);
  }

  /** Returns a store that has Redis name the readers of a channel only if they have changed. */
  public ChannelStore knowing(KnownReaders known) {
    return new ChannelStore(link, config, room, known, journal);
  }

  /** Returns a store whose appends are noted in the journal of a node. */
  public ChannelStore journaling(NodeId node) {
    return new ChannelStore(link, config, room, readers, node);
  }

  /**
   * The answer of an append.
   *
   * @param at Redis time in ms, if it was stored
   * @param nodes that read the channel, and get a hint
   * @param changes of the amount that is retained
   */
  public record Appended(
      ChannelMessage.Result result, long at, List<NodeId> nodes, List<Change> changes) {}

  /** An entry of a log, as it is stored. */
  record Stored(long seq, long at, byte[] body) {}

  /**
   * A part of a log.
   *
   * @param base the position from which reading goes on: the cursor, in the current epoch, or the
   *     end of the gap
   * @param gap the missing events before it
   */
  record Chunk(Position base, Position top, @Nullable Gap gap, List<Stored> entries) {
    /** Returns the position at which the chunk ends. */
    public Position end() {
      return entries.isEmpty() ? base : base.at(entries.get(entries.size() - 1).seq());
    }
  }

  /** Appends a publication of a session, or of an instance of a service. */
  public Future<Appended> append(Channel channel, Publisher publisher, long n, byte[] body) {
    return append(channel, publisher, n, List.of(body), "").map(all -> all.get(0));
  }

  /**
   * Appends several publications by one script, as if one by one.
   *
   * @param first the number of the first; those of the others follow
   * @param bodies two or more
   * @return the answers in their order. They may end before a publication that can't be stored; the
   *     rest is to be appended one by one, which says why.
   */
  public Future<List<Appended>> append(
      Channel channel, Publisher publisher, long first, List<byte[]> bodies) {
    return append(channel, publisher, first, bodies, "");
  }

  /**
   * Appends a publication of a publisher that the caller named; it has at most {@link #MOST_NAMES}
   * of them.
   */
  public Future<Appended> appendNamed(
      Caller caller, Channel channel, Publisher publisher, long n, byte[] body) {
    return append(channel, publisher, n, List.of(body), KeyDigest.of(caller, "publishers"))
        .map(all -> all.get(0));
  }

  private Future<List<Appended>> append(
      Channel channel, Publisher publisher, long first, List<byte[]> bodies, String namer) {
    Retention retention = config.retentionOf(channel);
    Duration ttl = lifeOf(publisher);
    KnownReaders.Known known = readers.of(channel);
    List<Object> args = new ArrayList<>(16 + bodies.size());
    args.add(ShardValue.EPOCH_TOKEN);
    args.add(Ids.fresh());
    args.add(kind(channel));
    args.add(publisher.generation());
    args.add(first);
    args.add(publisher.id());
    args.add(ttl.toMillis());
    args.add(bodies.get(0));
    args.add(retention.entries());
    args.add(retention.bytes());
    args.add(retention.age().toMillis());
    args.add(config.metaLife(channel).toMillis());
    args.add(full(channel));
    args.add(namer.isEmpty() ? 0 : MOST_NAMES);
    args.add(room.who());
    args.add(room.over());
    args.add(known.version());
    addJournal(channel, args);
    args.addAll(bodies.subList(1, bodies.size()));
    List<String> keys =
        keys(channel, Keys.publisher(channel, publisher.id()), Keys.publishers(channel, namer));
    return APPEND.run(link, keys, args).map(reply -> appended(channel, known, reply, bodies));
  }

  private static Duration lifeOf(Publisher publisher) {
    if (publisher.isRun()) {
      return RUN_PUBLISHER_TTL;
    }
    return publisher.isSession() ? SESSION_PUBLISHER_TTL : Publisher.REMEMBERED;
  }

  /** Appends a publication once for its key within {@link #KEY_TTL}; without a key, each time. */
  public Future<Appended> appendKeyed(
      Caller caller, Channel channel, PublishKeyed.Entry entry, byte[] body) {
    Retention retention = config.retentionOf(channel);
    KnownReaders.Known known = readers.of(channel);
    List<Object> args = new ArrayList<>(16);
    args.add(ShardValue.EPOCH_TOKEN);
    args.add(Ids.fresh());
    args.add(kind(channel));
    String key = entry.key();
    args.add(key == null ? "" : KeyDigest.of(caller, key));
    args.add(key != null ? KeyDigest.fingerprint(entry.event(), entry.data()) : "");
    args.add(MOST_KEYS);
    args.add(KEY_TTL.toMillis());
    args.add(body);
    args.add(retention.entries());
    args.add(retention.bytes());
    args.add(retention.age().toMillis());
    args.add(config.metaLife(channel).toMillis());
    args.add(full(channel));
    args.add(room.who());
    args.add(room.over());
    args.add(known.version());
    addJournal(channel, args);
    List<String> keys = keys(channel, Keys.idempotency(channel), Keys.idempotencyTimes(channel));
    return APPEND_KEYED.run(link, keys, args).map(reply -> appended(channel, known, reply));
  }

  /** Returns the nodes that a volatile publication goes to, and its time. */
  public Future<Appended> volatileNodes(Channel channel) {
    return VOLATILE
        .run(link, List.of(interestKey(channel)), List.of(kind(channel)))
        .map(
            reply -> {
              refuseGone(reply);
              var result = ChannelMessage.Result.stored(null, false);
              return new Appended(
                  result, reply.at(0).asLong(), KnownReaders.parsed(reply.at(1)), List.of());
            });
  }

  /** Asserts or renews a node's interest, and returns the log's position as of the same step. */
  public Future<Position> interest(Channel channel, NodeId node) {
    return interest(channel, node, config.interestTtl().toMillis())
        .map(reply -> new Position(reply.at(0).asText(), reply.at(1).asLong()));
  }

  public Future<Void> leave(Channel channel, NodeId node) {
    return channel.name().kind() == Kind.SESSION
        ? Future.succeededFuture()
        : interest(channel, node, 0).mapEmpty();
  }

  private Future<Reply> interest(Channel channel, NodeId node, long ttl) {
    List<String> keys = List.of(Keys.meta(channel), Keys.log(channel), interestKey(channel));
    return INTEREST
        .run(
            link,
            keys,
            List.of(
                ShardValue.EPOCH_TOKEN,
                Ids.fresh(),
                kind(channel),
                node.toString(),
                ttl,
                ShardValue.DEADLINE,
                config.metaLife(channel).toMillis(),
                ShardValue.FULL,
                ShardValue.DATA_ID))
        .map(ChannelStore::refuseGone);
  }

  /**
   * Reads entries after a cursor: up to the limit, or up to {@link #CHUNK_BYTES}, but at least one
   * if there is one.
   *
   * @param after the cursor; none: from the earliest entry
   * @return none if there is no log; a channel that a node reads always has one, see {@link
   *     #interest}
   */
  public Future<@Nullable Chunk> read(Channel channel, @Nullable Position after, int limit) {
    String epoch = after == null ? "" : after.epoch();
    long seq = after == null ? 0 : after.seq();
    List<Object> args =
        List.of(
            ShardValue.EPOCH_TOKEN,
            Ids.fresh(),
            epoch,
            seq,
            limit,
            CHUNK_BYTES,
            config.metaLife(channel).toMillis(),
            ShardValue.DATA_ID);
    return READ.run(link, List.of(Keys.meta(channel), Keys.log(channel)), args)
        .map(reply -> chunk(reply, after));
  }

  /** Refuses the publisher's older generations from now on. */
  public Future<Void> fence(Channel channel, Publisher publisher) {
    List<Object> args = List.of(publisher.generation(), SESSION_PUBLISHER_TTL.toMillis());
    return FENCE.run(link, List.of(Keys.publisher(channel, publisher.id())), args).mapEmpty();
  }

  /**
   * Returns the flag for a full Redis. System channels take publications even then: the end of a
   * session, for example, frees memory.
   */
  private static ShardValue full(Channel channel) {
    boolean own = channel.name().kind() == Kind.SYSTEM;
    return own ? ShardValue.NEARLY_FULL : ShardValue.FULL;
  }

  private List<Appended> appended(
      Channel channel, KnownReaders.Known known, Reply reply, List<byte[]> bodies) {
    List<Reply> each = bodies.size() == 1 ? List.of(reply) : reply.list();
    return each.stream().map(one -> appended(channel, known, one)).toList();
  }

  /** Adds the arguments of the journal, if there is one. */
  private void addJournal(Channel channel, List<Object> args) {
    args.add(journal == null ? "" : journal.toString());
    args.add(channel.toString());
    args.add(ShardValue.SHARD_TAG);
  }

  /**
   * Returns the keys of an append: of the channel, two that differ, and of the journal, unless that
   * is in a slot of its own.
   */
  private List<String> keys(Channel channel, String fourth, String fifth) {
    List<String> keys =
        List.of(Keys.meta(channel), Keys.log(channel), interestKey(channel), fourth, fifth);
    if (journal == null || link.isCluster()) {
      return keys;
    }
    List<String> all = new ArrayList<>(keys);
    all.add(Keys.journal(journal));
    return all;
  }

  private Appended appended(Channel channel, KnownReaders.Known known, Reply reply) {
    refuseGone(reply);
    ChannelMessage.Result result = AppendAnswer.result(reply);
    if (result.refused() != null || result.duplicate()) {
      return new Appended(result, 0, List.of(), List.of());
    }
    List<NodeId> nodes = readers.answered(channel, known, reply.at(6).asText(), reply.at(4));
    return new Appended(result, reply.at(3).asLong(), nodes, AppendAnswer.changes(reply.at(5)));
  }

  private static @Nullable Chunk chunk(Reply reply, @Nullable Position after) {
    if (reply.size() == 0) {
      return null;
    }
    Position top = new Position(reply.at(0).asText(), reply.at(1).asLong());
    Position base = top.at(reply.at(2).asLong());
    String reason = reply.at(3).asText();
    List<Stored> entries = new ArrayList<>();
    for (Reply entry : reply.at(4).list()) {
      entries.add(new Stored(entry.at(0).asLong(), entry.at(1).asLong(), entry.at(2).bytes()));
    }
    Gap gap = after == null || reason.isEmpty() ? null : new Gap(after, base, reason);
    return new Chunk(base, top, gap, entries);
  }

  private static Reply refuseGone(Reply reply) {
    if (reply.size() == 1 && reply.at(0).asText().equals("gone")) {
      throw new HoldfastException(ErrorCode.NOT_FOUND, "no such session");
    }
    return reply;
  }

  private static String interestKey(Channel channel) {
    return channel.name().kind() == Kind.SESSION
        ? Keys.session(channel.tenant(), channel.name().id())
        : Keys.interest(channel);
  }

  private static String kind(Channel channel) {
    return channel.name().kind() == Kind.SESSION ? "s" : "z";
  }
}
