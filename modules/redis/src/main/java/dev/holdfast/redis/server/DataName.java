package dev.holdfast.redis.server;

import dev.holdfast.core.Ids;
import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.function.Function;

/** The name of a server's data, which outlives it. Data without a name are given one. */
public final class DataName {
  private DataName() {}

  /**
   * Reads the name, or gives one; answers an empty name if there is none and Redis is full.
   *
   * @param key of the name
   */
  public static Future<String> ask(String key, Function<Request, Future<Response>> write) {
    Request get = Request.cmd(Command.GET, key);
    Request set = Request.cmd(Command.SET, key, Ids.fresh(), "NX");
    return write
        .apply(get)
        .compose(
            known ->
                known != null
                    ? Future.succeededFuture(known)
                    : write.apply(set).transform(named -> write.apply(get)))
        .map(name -> name == null ? "" : name.toString());
  }
}
