package dev.holdfast.gateway.admission;

import dev.holdfast.core.HoldfastException;
import io.netty.channel.Channel;
import io.netty.util.AttributeKey;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.impl.HttpServerConnection;

/** Marks connections whose client has shown a valid token. Safe on any thread. */
public final class Visit {
  private static final AttributeKey<Boolean> KNOWN = AttributeKey.valueOf(Visit.class, "known");

  private Visit() {}

  /**
   * Marks a connection whose client has shown a valid token, or has to come again through no fault
   * of its own.
   */
  public static void known(Channel connection) {
    connection.attr(KNOWN).set(true);
  }

  /** Marks the connection that carries a request, as {@link #known(Channel)} does. */
  public static void known(HttpServerRequest request) {
    known(((HttpServerConnection) request.connection()).channelHandlerContext().channel());
  }

  /** Marks the connection if the refused token is valid, and only its tenant may not work. */
  public static void refused(HttpServerRequest request, Throwable failure) {
    if (HoldfastException.from(failure).code().ofTenant()) {
      known(request);
    }
  }

  public static boolean isKnown(Channel connection) {
    return Boolean.TRUE.equals(connection.attr(KNOWN).get());
  }
}
