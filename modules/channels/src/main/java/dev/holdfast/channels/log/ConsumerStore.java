package dev.holdfast.channels.log;

import dev.holdfast.channels.ConsumerMessage;
import dev.holdfast.channels.ConsumerMessage.Claim;
import dev.holdfast.channels.ConsumerMessage.Claimed;
import dev.holdfast.channels.ConsumerRef;
import dev.holdfast.core.Channel;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.Ids;
import dev.holdfast.core.Position;
import dev.holdfast.redis.Keys;
import dev.holdfast.redis.RedisLink;
import dev.holdfast.redis.Reply;
import dev.holdfast.redis.Script;
import dev.holdfast.redis.ShardValue;
import io.vertx.core.Future;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Durable consumers in Redis; one method per script. Used on the context of its link. */
public final class ConsumerStore {
  /** Most consumers of one channel. */
  static final int MAX_NAMES = 64;

  private static final Script CLAIM = Script.of("channels", "log_meta", "consumer_claim");
  private static final Script COMMIT = Script.of("channels", "log_meta", "consumer_commit");
  private static final Script RELEASE = Script.of("channels", "consumer_release");

  private final RedisLink link;

  public ConsumerStore(RedisLink link) {
    this.link = link;
  }

  /**
   * Claims a consumer, or answers for how long another instance holds it; LIMIT_EXCEEDED if the
   * channel has too many.
   */
  public Future<Claimed> claim(Claim claim) {
    Channel channel = claim.channel();
    List<String> keys =
        List.of(
            Keys.meta(channel),
            Keys.log(channel),
            Keys.consumer(channel, claim.name()),
            Keys.consumers(channel));
    List<Object> args =
        List.of(
            ShardValue.EPOCH_TOKEN,
            Ids.fresh(),
            claim.name(),
            claim.owner(),
            claim.lease(),
            claim.earliest() ? "earliest" : "latest",
            MAX_NAMES,
            ConsumerMessage.MAX_LEASE,
            ShardValue.DEADLINE,
            ShardValue.FULL);
    return CLAIM.run(link, keys, args).map(ConsumerStore::claimed);
  }

  private static Claimed claimed(Reply reply) {
    return switch (reply.at(0).asText()) {
      case "claimed" ->
          new Claimed(
              reply.at(1).asLong(), new Position(reply.at(2).asText(), reply.at(3).asLong()), 0);
      case "held" -> new Claimed(0, null, reply.at(1).asLong());
      default ->
          throw HoldfastException.withPublicMessage(
              ErrorCode.LIMIT_EXCEEDED, "consumers: at most " + MAX_NAMES + " of one channel");
    };
  }

  /**
   * Moves the cursor forward and renews the lease.
   *
   * @param cursor of the last handled event; none: only the lease is renewed
   * @param lease ms
   * @return false if another instance holds the consumer
   */
  public Future<Boolean> commit(ConsumerRef consumer, @Nullable Position cursor, long lease) {
    Channel channel = consumer.channel();
    List<String> keys =
        List.of(
            Keys.meta(channel), Keys.consumer(channel, consumer.name()), Keys.consumers(channel));
    List<Object> args =
        List.of(
            consumer.name(),
            consumer.owner(),
            consumer.generation(),
            lease,
            cursor == null ? "" : cursor.epoch(),
            cursor == null ? 0 : cursor.seq());
    return COMMIT.run(link, keys, args).map(reply -> reply.asLong() == 1);
  }

  /** Ends the lease, if this instance still holds it. */
  public Future<Void> release(ConsumerRef consumer) {
    List<String> keys = List.of(Keys.consumer(consumer.channel(), consumer.name()));
    return RELEASE.run(link, keys, List.of(consumer.owner(), consumer.generation())).mapEmpty();
  }
}
