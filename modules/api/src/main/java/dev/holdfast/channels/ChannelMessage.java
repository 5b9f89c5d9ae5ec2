package dev.holdfast.channels;

import dev.holdfast.core.BusValue;
import dev.holdfast.core.Caller;
import dev.holdfast.core.Channel;
import dev.holdfast.core.ChannelName;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.Names;
import dev.holdfast.core.Position;
import dev.holdfast.core.ServiceMessage;
import dev.holdfast.sessions.SessionRef;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Requests to the channels service. Immutable; each names its tenant by its channel, and is safe to
 * send again. A service publishes by {@link ServicePublisher}, which does that.
 */
public sealed interface ChannelMessage<A> extends ServiceMessage<A>
    permits ChannelMessage.Publish,
        ChannelMessage.Fence,
        ChannelMessage.History,
        ChannelMessage.SubscribeSession,
        ChannelMessage.UnsubscribeSession,
        PublishKeyed,
        ConsumerMessage {
  /** The service's address on the bus. */
  String ADDRESS = "channels";

  @Override
  default String address() {
    return ADDRESS;
  }

  /** The most publications of one message. */
  int MAX_ITEMS = 256;

  /** The approximate size of a publication besides its data. */
  int ITEM_BYTES = 256;

  /**
   * Appends publications to one channel, in order. Each is stored once, however often it is sent;
   * each is answered for itself. What one context asks of its own process is appended in the order
   * of the calls.
   *
   * @param session of the caller; none: the caller has no session
   * @param publisher who numbers them; needed unless all are volatile
   * @param items 1 to {@link #MAX_ITEMS}
   */
  record Publish(
      Caller caller,
      @Nullable String session,
      Channel channel,
      @Nullable Publisher publisher,
      List<Item> items)
      implements ChannelMessage<Published> {
    public Publish {
      Objects.requireNonNull(caller, "caller");
      Objects.requireNonNull(channel, "channel");
      items = List.copyOf(items);
      if (items.isEmpty() || items.size() > MAX_ITEMS) {
        throw HoldfastException.withPublicMessage(
            ErrorCode.BAD_REQUEST, "items: 1 to " + MAX_ITEMS);
      }
      if (publisher == null && items.stream().anyMatch(item -> !item.isVolatile())) {
        throw HoldfastException.withPublicMessage(ErrorCode.BAD_REQUEST, "publisher: missing");
      }
    }

    /** Returns true if all have numbers: each is then stored once. */
    @Override
    public boolean repeatable() {
      return items.stream().noneMatch(Item::isVolatile);
    }

    @Override
    public int weight() {
      return items.stream().mapToInt(item -> ITEM_BYTES + item.data().length()).sum();
    }

    @Override
    public <R> R dispatch(Handler<R> handler) {
      return handler.publish(this);
    }
  }

  /**
   * One publication.
   *
   * @param n its number among the publisher's of this channel, from 1; 0 if volatile
   * @param data one JSON value, as text
   * @param isVolatile whether it is never stored: it reaches whoever reads the channel now
   */
  record Item(long n, String event, String data, boolean isVolatile) implements BusValue {
    public Item {
      Names.event(event);
      Objects.requireNonNull(data, "data");
      if (isVolatile ? n != 0 : n < 1 || n > Position.MAX_SEQ) {
        throw HoldfastException.withPublicMessage(
            ErrorCode.BAD_REQUEST, "n: 1 to 2^53-1, none if volatile");
      }
    }
  }

  /** One {@link Result} per item, in their order. */
  record Published(List<Result> results) implements BusValue {
    public Published {
      results = List.copyOf(results);
    }

    @Override
    public boolean sound() {
      return results.stream().noneMatch(result -> result.refused() == ErrorCode.UNAVAILABLE);
    }

    /** The publisher gives the number of what is refused for good to what it publishes next. */
    @Override
    public boolean decides() {
      return results.stream().map(Result::refused).noneMatch(Published::isForGood);
    }

    private static boolean isForGood(@Nullable ErrorCode refused) {
      return refused == ErrorCode.STORE_FULL
          || refused != null
              && !refused.retryable
              && refused != ErrorCode.OUT_OF_SEQUENCE
              && refused != ErrorCode.FENCED;
    }
  }

  /**
   * The outcome of one publication.
   *
   * @param refused why it was not stored; none: it is stored, or was volatile
   * @param position where it is; none: volatile, refused, or a duplicate too old to be found
   * @param duplicate whether it was stored before
   * @param expected with OUT_OF_SEQUENCE: the number to go on with; otherwise 0
   * @param detail of a refusal, if there is more to say than the code does: for example where the
   *     data does not fit its schema. May be shown to whoever published
   * @param retryAfter with RATE_LIMITED: ms until there is room again; otherwise 0
   */
  record Result(
      @Nullable ErrorCode refused,
      @Nullable Position position,
      boolean duplicate,
      long expected,
      @Nullable String detail,
      long retryAfter)
      implements BusValue {
    public Result(
        @Nullable ErrorCode refused,
        @Nullable Position position,
        boolean duplicate,
        long expected,
        @Nullable String detail) {
      this(refused, position, duplicate, expected, detail, 0);
    }

    public static Result tooMany(String what, long retryAfter) {
      String detail = "too many " + what + " in this channel";
      return new Result(ErrorCode.RATE_LIMITED, null, false, 0, detail, retryAfter);
    }

    public static Result stored(@Nullable Position position, boolean duplicate) {
      return new Result(null, position, duplicate, 0, null);
    }

    public static Result refused(ErrorCode code, long expected) {
      return new Result(code, null, false, expected, null);
    }

    public static Result refused(ErrorCode code, String detail) {
      return new Result(code, null, false, 0, detail);
    }

    /** Returns the refusal as a failure, in words that may be shown to whoever published. */
    public HoldfastException refusal() {
      ErrorCode code = Objects.requireNonNull(refused, "it was not refused");
      return HoldfastException.withPublicMessage(code, detail == null ? code.publicText : detail);
    }
  }

  /**
   * Keeps older generations of a session out: from the answer on, none of their publications is
   * stored in these channels.
   *
   * @param channels at most 256
   */
  record Fence(SessionRef session, Set<ChannelName> channels) implements ChannelMessage<Done> {
    public Fence {
      channels = Set.copyOf(channels);
    }

    @Override
    public boolean repeatable() {
      return true;
    }

    @Override
    public <R> R dispatch(Handler<R> handler) {
      return handler.fence(this);
    }
  }

  /**
   * Reads a channel's log; FORBIDDEN if the caller may not.
   *
   * @param after the position to read after; none: from the earliest on
   * @param limit 1 to 1,000. A page ends before it at 256 KiB: a short page is not the end of the
   *     log, {@link Page#top} is
   */
  record History(Caller caller, Channel channel, @Nullable Position after, int limit)
      implements ChannelMessage<Page> {
    public History {
      if (limit < 1 || limit > 1_000) {
        throw HoldfastException.withPublicMessage(ErrorCode.BAD_REQUEST, "limit: 1 to 1000");
      }
    }

    @Override
    public boolean repeatable() {
      return true;
    }

    @Override
    public <R> R dispatch(Handler<R> handler) {
      return handler.history(this);
    }
  }

  /**
   * A part of a log.
   *
   * @param gap what can't be served
   * @param top the log's position; none: the channel never had a publication or reader
   */
  record Page(List<Publication> publications, @Nullable Gap gap, @Nullable Position top)
      implements BusValue {
    public Page {
      publications = List.copyOf(publications);
    }

    @Override
    public int answerBytes() {
      return publications.stream().mapToInt(one -> ITEM_BYTES + one.json().length()).sum();
    }
  }

  /**
   * Makes a session read a topic or run, for a service; NOT_FOUND if there is no such session.
   *
   * @param earliest whether it reads all that the channel has; false: from now on
   */
  record SubscribeSession(Caller caller, String session, Channel channel, boolean earliest)
      implements ChannelMessage<Done> {
    /** From now on. */
    public SubscribeSession(Caller caller, String session, Channel channel) {
      this(caller, session, channel, false);
    }

    @Override
    public <R> R dispatch(Handler<R> handler) {
      return handler.subscribeSession(this);
    }
  }

  /** Takes a session's subscription back, for a service; done also if there was none. */
  record UnsubscribeSession(Caller caller, String session, Channel channel)
      implements ChannelMessage<Done> {
    @Override
    public <R> R dispatch(Handler<R> handler) {
      return handler.unsubscribeSession(this);
    }
  }

  /** The answer to a change that was made. */
  record Done() implements BusValue {}

  /** Has one method per message, so that the compiler finds a case that was forgotten. */
  interface Handler<R> {
    R publish(Publish message);

    R publishKeyed(PublishKeyed message);

    R fence(Fence message);

    R history(History message);

    R subscribeSession(SubscribeSession message);

    R unsubscribeSession(UnsubscribeSession message);

    R consumer(ConsumerMessage<?> message);
  }

  <R> R dispatch(Handler<R> handler);
}
