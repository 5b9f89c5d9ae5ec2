package dev.holdfast.redis;

import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import io.vertx.core.buffer.Buffer;
import io.vertx.redis.client.Response;
import io.vertx.redis.client.ResponseType;
import java.util.AbstractList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An answer of Redis, in the shapes of RESP2 for every server: nil, integer, text or bytes, or a
 * list of answers. Immutable, any thread. Reading it as a shape that it does not have fails with
 * {@link ErrorCode#INTERNAL}: a script and its store disagree.
 */
public final class Reply {
  private static final Reply NIL = new Reply(null);

  private final @Nullable Response response;

  private Reply(@Nullable Response response) {
    this.response = response;
  }

  static Reply of(@Nullable Response response) {
    return response == null ? NIL : new Reply(response);
  }

  public boolean isNull() {
    return response == null;
  }

  public boolean isList() {
    return response != null && response.type() == ResponseType.MULTI;
  }

  /** Returns an integer, also from a text that holds one. */
  public long asLong() {
    try {
      return scalar("a number").toLong();
    } catch (NumberFormatException e) {
      throw unexpected("a number");
    }
  }

  public long longOr(long whenNull) {
    return isNull() ? whenNull : asLong();
  }

  /** Returns a text (UTF-8), a status, or an integer's decimal digits. */
  public String asText() {
    return scalar("text").toString();
  }

  public String textOr(String whenNull) {
    return isNull() ? whenNull : asText();
  }

  /** Returns {@link #asText}; null for nil. */
  public @Nullable String textIfAny() {
    return isNull() ? null : asText();
  }

  /** Returns a copy of the raw bytes of a bulk string. */
  public byte[] bytes() {
    return bulk().toBytes();
  }

  /** Returns the raw bytes of a bulk string: not copied, to be read only. */
  public Buffer buffer() {
    return bulk().toBuffer();
  }

  /**
   * Returns the elements in order; empty for nil, so that an absent key reads like an empty one.
   * Unmodifiable, not copied.
   */
  public List<Reply> list() {
    Response found = response;
    if (found == null) {
      return List.of();
    }
    if (!isList()) {
      throw unexpected("a list");
    }
    return new Elements(found);
  }

  /** Returns the element at {@code index}, from 0. */
  public Reply at(int index) {
    return list().get(index);
  }

  /** Returns the number of elements; 0 for nil. */
  public int size() {
    return list().size();
  }

  @Override
  public String toString() {
    return String.valueOf(response);
  }

  private Response scalar(String wanted) {
    Response found = response;
    if (found == null || isList()) {
      throw unexpected(wanted);
    }
    return found;
  }

  private Response bulk() {
    Response found = response;
    if (found == null || found.type() != ResponseType.BULK) {
      throw unexpected("bytes");
    }
    return found;
  }

  private HoldfastException unexpected(String wanted) {
    String found =
        response == null ? "nil" : response.type().name().toLowerCase(java.util.Locale.ROOT);
    return new HoldfastException(
        ErrorCode.INTERNAL, "redis: expected " + wanted + ", got " + found);
  }

  private static final class Elements extends AbstractList<Reply> {
    private final Response list;

    Elements(Response list) {
      this.list = list;
    }

    @Override
    public Reply get(int index) {
      if (index < 0 || index >= list.size()) {
        throw new HoldfastException(
            ErrorCode.INTERNAL,
            "redis: expected element " + index + " of an answer that has " + list.size());
      }
      return Reply.of(list.get(index));
    }

    @Override
    public int size() {
      return list.size();
    }
  }
}
