package dev.holdfast.sessions.service;

import dev.holdfast.core.ChannelName;
import dev.holdfast.sessions.Answer;
import dev.holdfast.sessions.SessionView;
import io.vertx.core.Future;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Reads the sessions of one page, some at a time and no more than fit: a page ends early at {@link
 * #MOST_BYTES}, but has at least one session. A session's attributes may be 768 KB. Used once, on
 * the verticle's context.
 */
final class ListPage {
  static final int MOST_BYTES = 1 << 20;

  private static final int FIRST_STEP = 4;
  private static final int LARGEST_STEP = 128;

  /** Bytes that a session takes beside attributes and subscriptions. */
  private static final int OVERHEAD = 256;

  private final List<String> ids;
  private final @Nullable String last;
  private final Function<String, Future<Optional<SessionView>>> view;
  private final List<SessionView> views = new ArrayList<>();
  private int looked;
  private long bytes;

  /**
   * @param last what {@code next} is if all of the ids fit
   */
  ListPage(
      List<String> ids,
      @Nullable String last,
      Function<String, Future<Optional<SessionView>>> view) {
    this.ids = ids;
    this.last = last;
    this.view = view;
  }

  Future<Answer.Page> read() {
    return step(FIRST_STEP);
  }

  private Future<Answer.Page> step(int size) {
    List<Future<Optional<SessionView>>> asked = new ArrayList<>();
    for (String id : ids.subList(looked, Math.min(ids.size(), looked + size))) {
      asked.add(view.apply(id));
    }
    return Future.all(asked).compose(done -> take(asked, size));
  }

  private Future<Answer.Page> take(List<Future<Optional<SessionView>>> asked, int size) {
    long before = bytes;
    for (Future<Optional<SessionView>> one : asked) {
      long more = one.result().map(ListPage::bytes).orElse(0L);
      if (bytes > 0 && bytes + more > MOST_BYTES) {
        return Future.succeededFuture(new Answer.Page(views, ids.get(looked - 1)));
      }
      bytes += more;
      looked++;
      one.result().ifPresent(views::add);
    }
    if (looked == ids.size()) {
      return Future.succeededFuture(new Answer.Page(views, last));
    }
    boolean small = (bytes - before) * 2 * LARGEST_STEP < (long) MOST_BYTES * size;
    return step(small ? Math.min(LARGEST_STEP, 2 * size) : FIRST_STEP);
  }

  private static long bytes(SessionView view) {
    long bytes = OVERHEAD;
    for (var attribute : view.attributes().entrySet()) {
      bytes += bytes(attribute.getKey()) + bytes(attribute.getValue());
    }
    for (ChannelName channel : view.subscriptions()) {
      bytes += channel.toString().length();
    }
    return bytes;
  }

  private static long bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }
}
