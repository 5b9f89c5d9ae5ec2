package dev.holdfast.nodes.usage;

import dev.holdfast.core.Channel;
import dev.holdfast.core.ChannelName;
import dev.holdfast.core.Ids;
import dev.holdfast.redis.FileKeys;
import dev.holdfast.redis.Keys;
import dev.holdfast.redis.RedisLink;
import dev.holdfast.redis.Reply;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Keys in Redis as the services write them. Blocks. */
final class StoredThings {
  private final RedisLink link;

  StoredThings(RedisLink link) {
    this.link = link;
  }

  /** The keys of a run in a thread of its own: those of the tenant are two. */
  void run(String tenant, String user, String id) {
    Channel run = new Channel(tenant, ChannelName.parse("run:" + id));
    for (String record : List.of(Keys.run(run), Keys.thread(tenant, "h" + id))) {
      await(link.send("HSET", record, "owner", user, "state", "ended"));
    }
    for (String hash :
        List.of(
            Keys.meta(run),
            Keys.runSnapshot(run),
            Keys.runStarts(tenant, user),
            Keys.runTokens(tenant, user),
            Keys.threadSizes(tenant, user))) {
      await(link.send("HSET", hash, "e", "1"));
    }
    for (String set :
        List.of(
            Keys.activeRuns(tenant, user),
            Keys.activeRuns(tenant, null),
            Keys.runQueue(tenant, "agent"),
            Keys.threadRuns(tenant, "h" + id),
            Keys.userThreads(tenant, user))) {
      await(link.send("ZADD", set, 1, id));
    }
    await(link.send("SET", Keys.runInput(run), "secret"));
    await(link.send("SET", Keys.threadDocument(tenant, "h" + id), "secret"));
    await(link.send("XADD", Keys.log(run), "1-0", "b", "secret"));
    await(link.send("XADD", Keys.runInbox(run), "1-0", "k", "", "i", "", "b", "", "d", "{}"));
  }

  String ticket(String tenant, String user, String owner) {
    String key = FileKeys.fileTicket(Ids.fresh());
    await(link.send("SET", key, "DOWNLOAD\nf1\n" + owner));
    await(link.send("SET", key + ":by", String.join("\n", tenant, user, "1", "digest", "")));
    return key;
  }

  /** What keeps late events of these runs out: of each its publishers, for three minutes. */
  List<String> fences(String tenant, String... runsAndUsers) {
    List<String> all = new ArrayList<>();
    for (int i = 0; i < runsAndUsers.length; i += 2) {
      String run = runsAndUsers[i];
      String user = "user:" + runsAndUsers[i + 1];
      all.add(Keys.publisher(new Channel(tenant, ChannelName.parse("run:" + run)), "run"));
      for (String about : List.of(user, "system:runs")) {
        all.add(Keys.publisher(new Channel(tenant, ChannelName.parse(about)), "run-" + run));
      }
    }
    return all.stream().sorted().toList();
  }

  /** All of the keys that a channel may have, but for the interest of nodes. */
  void write(String tenant, ChannelName name, int bytes) {
    Channel channel = new Channel(tenant, name);
    await(link.send("XADD", Keys.log(channel), "1-0", "b", "x".repeat(bytes)));
    for (String hash :
        List.of(
            Keys.meta(channel),
            Keys.publisher(channel, "p"),
            Keys.idempotency(channel),
            Keys.consumer(channel, "audit"))) {
      await(link.send("HSET", hash, "e", "1"));
    }
    await(link.send("ZADD", Keys.consumers(channel), 1, "audit"));
    await(link.send("ZADD", Keys.idempotencyTimes(channel), 1, "k"));
  }

  List<String> keys(String tenant, ChannelName name) {
    String pattern = "hf:*{" + tenant + "/" + name + "}*";
    return await(link.send("KEYS", pattern)).list().stream().map(Reply::asText).toList();
  }

  /** All keys of Redis that name the tenant, sorted, but for what exports have to know. */
  List<String> named(String tenant) {
    return await(link.send("KEYS", "*" + tenant + "*")).list().stream()
        .map(Reply::asText)
        .filter(key -> !key.equals(Keys.erasing(tenant)))
        .sorted()
        .toList();
  }

  private static <A> A await(Future<A> future) {
    return future.toCompletionStage().toCompletableFuture().orTimeout(30, TimeUnit.SECONDS).join();
  }
}
