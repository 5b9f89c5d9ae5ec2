package dev.holdfast.loadtest.targets;

import dev.holdfast.loadtest.report.Result.RedisSecond;
import dev.holdfast.redis.RedisConfig;
import dev.holdfast.redis.RedisLink;
import dev.holdfast.redis.Reply;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Looks at Redis, asked once a second. Any thread; never blocks on Redis. */
final class RedisProbe {
  private static final Logger LOG = LoggerFactory.getLogger(RedisProbe.class);
  private static final RedisSecond NOTHING = new RedisSecond(null, null, null, null);
  private static final double NS = 1e9;
  private static final int MISSED = 4;

  private final Vertx vertx;
  private final RedisConfig config;
  private @Nullable RedisLink link;
  private boolean asking;
  private boolean closed;
  private int missed;
  private @Nullable Double commands;
  private @Nullable Double cpuSeconds;
  private long at;
  private RedisSecond last = NOTHING;

  RedisProbe(Vertx vertx, RedisConfig config) {
    this.vertx = vertx;
    this.config = config;
  }

  synchronized void ask() {
    if (asking) {
      missed++;
      return;
    }
    asking = true;
    var opened =
        link != null
            ? link.send("INFO")
            : RedisLink.open(vertx, config, "load", new SimpleMeterRegistry())
                .onSuccess(this::opened)
                .compose(fresh -> fresh.send("INFO"));
    opened.onSuccess(this::answered).onFailure(this::failed);
  }

  /** Returns the last figures; without any if it did not answer in the last seconds. */
  synchronized RedisSecond second() {
    return missed > MISSED ? NOTHING : last;
  }

  private synchronized void opened(RedisLink fresh) {
    link = fresh;
    if (closed) {
      close();
    }
  }

  /** Stops asking. */
  synchronized void close() {
    closed = true;
    if (link != null) {
      link.close().onFailure(failure -> LOG.debug("not closed", failure));
    }
  }

  private synchronized void answered(Reply reply) {
    asking = false;
    missed = 0;
    String info = reply.asText();
    long now = System.nanoTime();
    Double commandsNow = number(info, "total_commands_processed");
    Double cpuNow = sum(number(info, "used_cpu_sys"), number(info, "used_cpu_user"));
    double seconds = (now - at) / NS;
    last =
        new RedisSecond(
            rate(commands, commandsNow, seconds),
            whole(number(info, "used_memory")),
            keys(info),
            rate(cpuSeconds, cpuNow, seconds));
    commands = commandsNow;
    cpuSeconds = cpuNow;
    at = now;
  }

  private synchronized void failed(Throwable failure) {
    asking = false;
    missed = MISSED + 1;
    LOG.debug("Redis did not answer: {}", failure.toString());
  }

  /** Returns the keys of all databases; a server without keys lists none. */
  private static Long keys(String info) {
    Matcher line = Pattern.compile("(?m)^db\\d+:keys=(\\d+)").matcher(info);
    long keys = 0;
    while (line.find()) {
      keys += Long.parseLong(line.group(1));
    }
    return keys;
  }

  private static @Nullable Double rate(
      @Nullable Double before, @Nullable Double now, double seconds) {
    return before == null || now == null || now < before ? null : (now - before) / seconds;
  }

  private static @Nullable Double sum(@Nullable Double one, @Nullable Double two) {
    return one == null || two == null ? null : one + two;
  }

  private static @Nullable Double number(String info, String name) {
    Matcher line = Pattern.compile("(?m)^" + name + ":([0-9.]+)").matcher(info);
    return line.find() ? Double.valueOf(line.group(1)) : null;
  }

  private static @Nullable Long whole(@Nullable Double value) {
    return value == null ? null : Math.round(value);
  }
}
