package dev.holdfast.nodes.usage;

import dev.holdfast.core.Channel;
import dev.holdfast.redis.FileKeys;
import dev.holdfast.redis.KeyOwner;
import dev.holdfast.redis.Keys;
import dev.holdfast.redis.RedisLink;
import dev.holdfast.redis.Reply;
import io.vertx.core.Future;
import io.vertx.core.json.Json;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The records of an export. Each reads the fields that it gives and no others, so that what a later
 * build keeps beside them, and the tokens' digests of sessions, stay where they are. What is not
 * the wanted user's, or gone meanwhile, is no line; a number that is none is left out. Confined to
 * its link's context.
 */
final class ExportedRecords {
  private static final String READY = "ready";

  /** Its event and version. */
  private static final Pattern SCHEMA = Pattern.compile(".+@[0-9]{1,18}", Pattern.DOTALL);

  private final RedisLink link;
  private final String tenant;
  private final @Nullable String user;

  /**
   * @param user whose; none: everybody's
   */
  ExportedRecords(RedisLink link, String tenant, @Nullable String user) {
    this.link = link;
    this.tenant = tenant;
    this.user = user;
  }

  /** A hash that was read: texts and numbers of its fields, by their places. */
  private record Fields(List<String> names, Reply values) {
    Reply at(String name) {
      return values.at(names.indexOf(name));
    }

    @Nullable String text(String name) {
      String text = at(name).textOr("");
      return text.isEmpty() ? null : text;
    }

    /** Adds texts under the names that they have in Redis. */
    JsonLine texts(JsonLine line, String... wanted) {
      for (String name : wanted) {
        line.put(name, text(name));
      }
      return line;
    }

    JsonLine numbers(JsonLine line, String... wanted) {
      for (String name : wanted) {
        line.number(name, at(name));
      }
      return line;
    }
  }

  private Future<Fields> fields(String key, String... names) {
    Object[] args = new Object[names.length + 1];
    args[0] = key;
    System.arraycopy(names, 0, args, 1, names.length);
    return link.send("HMGET", args).map(found -> new Fields(Arrays.asList(names), found));
  }

  private boolean isWanted(@Nullable String owner) {
    return owner != null && (user == null || user.equals(owner));
  }

  private static Optional<JsonLine> none() {
    return Optional.empty();
  }

  /** Reads the state of the tenant, if it was created or suspended. */
  Future<Optional<JsonLine>> tenant() {
    return link.send("HGET", Keys.tenants(), tenant)
        .map(
            found -> {
              String[] words = found.textOr("").split(" ");
              return words.length < 3
                  ? none()
                  : Optional.of(
                      new JsonLine("tenant")
                          .put("state", words[0])
                          .number("created", words[1])
                          .number("since", words[2]));
            });
  }

  Future<Optional<JsonLine>> session(String session) {
    Future<Fields> record =
        fields(
            Keys.session(tenant, session),
            "user",
            "state",
            "created",
            "roles",
            "perms",
            "client",
            "addr",
            "since",
            "due",
            "linger",
            "aver",
            "attrs");
    return link.send("HGETALL", Keys.subscriptions(tenant, session))
        .compose(cursors -> record.map(found -> session(session, found, cursors)));
  }

  private Optional<JsonLine> session(String session, Fields found, Reply cursors) {
    if (!isWanted(found.text("user"))) {
      return none();
    }
    JsonLine line = new JsonLine("session").put("session", session);
    found.texts(line, "user", "state");
    found.numbers(line, "created");
    line.raw("roles", found.text("roles")).raw("permissions", found.text("perms"));
    line.put("client", found.text("client")).put("address", found.text("addr"));
    found.numbers(line, "since", "due", "linger");
    line.number("attributesVersion", found.at("aver")).raw("attributes", found.text("attrs"));
    Map<String, String> positions = new TreeMap<>();
    List<String> byService = new ArrayList<>();
    for (int i = 0; i + 1 < cursors.size(); i += 2) {
      String channel = cursors.at(i).asText();
      if (channel.startsWith("+")) {
        byService.add(channel.substring(1));
      } else {
        positions.put(channel, cursors.at(i + 1).asText());
      }
    }
    return Optional.of(
        line.raw("cursors", Json.encode(positions))
            .raw("subscribedByService", byService.isEmpty() ? null : Json.encode(byService)));
  }

  Future<Optional<JsonLine>> consumer(String key, KeyOwner owner) {
    return fields(key, "o", "e", "s")
        .map(
            found ->
                found.text("e") == null
                    ? none()
                    : Optional.of(
                        new JsonLine("consumer")
                            .put("channel", channel(owner))
                            .put("consumer", key.substring(key.indexOf("}:") + 2))
                            .put("owner", found.text("o"))
                            .put("epoch", found.text("e"))
                            .number("seq", found.at("s"))));
  }

  /** Returns a channel's name, also of a session's own one. */
  static String channel(KeyOwner owner) {
    return owner.session() == null ? "" + owner.channel() : "session:" + owner.session();
  }

  /** Reads all schemas, some 4 MiB at most. */
  Future<List<JsonLine>> schemas(String key) {
    return link.send("HGETALL", key)
        .map(
            all ->
                IntStream.range(0, all.size() / 2)
                    .filter(i -> SCHEMA.matcher(all.at(2 * i).asText()).matches())
                    .mapToObj(i -> schema(all.at(2 * i).asText(), all.at(2 * i + 1).asText()))
                    .toList());
  }

  private static JsonLine schema(String name, String text) {
    int at = name.lastIndexOf('@');
    return new JsonLine("schema")
        .put("event", name.substring(0, at))
        .put("version", Long.parseLong(name.substring(at + 1)))
        .raw("schema", text);
  }

  /** Reads all agents, some 512 KiB at most. */
  Future<List<JsonLine>> agents(String key) {
    return link.send("HGETALL", key)
        .map(
            all ->
                IntStream.range(0, all.size() / 2)
                    .mapToObj(i -> agent(all.at(2 * i).asText(), all.at(2 * i + 1).asText()))
                    .toList());
  }

  private static JsonLine agent(String name, String record) {
    return new JsonLine("agent").put("agent", name).raw("record", record);
  }

  Future<Optional<JsonLine>> limits(String key) {
    return link.send("HGETALL", key)
        .map(
            all -> {
              Map<String, Long> set = new TreeMap<>();
              for (int i = 0; i + 1 < all.size(); i += 2) {
                String amount = all.at(i + 1).asText();
                if (JsonLine.isNumber(amount)) {
                  set.put(all.at(i).asText(), Long.parseLong(amount));
                }
              }
              return set.isEmpty()
                  ? none()
                  : Optional.of(new JsonLine("limits").raw("set", Json.encode(set)));
            });
  }

  /** Reads what is retained, and counts until a later moment of Redis. */
  Future<Optional<JsonLine>> retained(String key, @Nullable String whose) {
    Future<Reply> counts = link.send("HGETALL", key);
    return link.send("TIME")
        .compose(time -> counts.map(all -> retained(all, whose, 1_000 * time.at(0).asLong())));
  }

  private static Optional<JsonLine> retained(Reply all, @Nullable String whose, long now) {
    long channels = 0;
    long bytes = 0;
    for (int i = 0; i + 1 < all.size(); i += 2) {
      String field = all.at(i).asText();
      String text = all.at(i + 1).asText();
      boolean counts = field.matches("[cb][0-9]{1,18}") && JsonLine.isNumber(text);
      if (counts && Long.parseLong(field.substring(1)) > now) {
        long amount = Long.parseLong(text);
        channels += field.charAt(0) == 'c' ? amount : 0;
        bytes += field.charAt(0) == 'b' ? amount : 0;
      }
    }
    return channels <= 0 && bytes <= 0
        ? none()
        : Optional.of(
            new JsonLine("usage")
                .put("of", "channels")
                .put("user", whose)
                .put("count", Math.max(0, channels))
                .put("bytes", Math.max(0, bytes)));
  }

  /** Reads what files take. */
  Future<Optional<JsonLine>> quota() {
    String key = FileKeys.fileQuota(tenant);
    Future<String> sizes =
        user == null
            ? fields(key, "#bytes", "#count")
                .map(whole -> whole.text("#bytes") + " " + whole.text("#count"))
            : link.send("HGET", key, "#of " + user).map(own -> own.textOr(""));
    return sizes.map(
        text -> {
          String[] numbers = text.split(" ");
          boolean any = text.matches("[0-9]{1,18} [0-9]{1,18}") && !numbers[1].equals("0");
          return any
              ? Optional.of(
                  new JsonLine("usage")
                      .put("of", "files")
                      .put("user", user)
                      .put("count", Long.parseLong(numbers[1]))
                      .put("bytes", Long.parseLong(numbers[0])))
              : none();
        });
  }

  /** Reads a file's record; its content is at its address, for who has a token of the tenant. */
  Future<Optional<JsonLine>> file(String key) {
    String id = key.substring(key.indexOf('!') + 1, key.lastIndexOf('}'));
    return fields(
            key,
            "owner",
            "session",
            "run",
            "name",
            "size",
            "declared",
            "type",
            "sha",
            "state",
            "off",
            "created",
            "exp")
        .map(
            found -> {
              String state = found.text("state");
              if (!isWanted(found.text("owner")) || "deleted".equals(state)) {
                return none();
              }
              JsonLine line = new JsonLine("file").put("file", id);
              found.texts(line, "owner", "session", "run", "name", "state");
              found.numbers(line, "size");
              line.number("uploaded", READY.equals(state) ? found.at("size") : found.at("off"));
              line.put("declaredType", found.text("declared")).put("type", found.text("type"));
              line.put("sha256", found.text("sha")).number("created", found.at("created"));
              line.number("expires", found.at("exp"));
              return Optional.of(
                  line.put("content", READY.equals(state) ? "/v1/files/" + id : null));
            });
  }

  Future<Optional<JsonLine>> run(Channel run) {
    Future<Fields> record =
        fields(
            Keys.run(run),
            "owner",
            "thread",
            "run",
            "agent",
            "state",
            "attempt",
            "worker",
            "created",
            "queued",
            "started",
            "active",
            "cancelat",
            "cancelby",
            "cancelwhy",
            "over",
            "outcome",
            "cause",
            "code",
            "terminal");
    Future<Fields> snapshot = fields(Keys.runSnapshot(run), "d", "e", "s");
    Future<Reply> said = link.send("XRANGE", Keys.runInbox(run), "-", "+");
    return link.send("GET", Keys.runInput(run))
        .compose(
            input -> record.compose(found -> snapshot.map(kept -> run(run, found, input, kept))))
        .compose(line -> said.map(all -> line.map(of -> of.raw("inbox", said(all)))));
  }

  private Optional<JsonLine> run(Channel run, Fields found, Reply input, Fields snapshot) {
    if (!isWanted(found.text("owner"))) {
      return none();
    }
    JsonLine line =
        new JsonLine("run")
            .put("run", run.name().id())
            .put("owner", found.text("owner"))
            .put("threadId", found.text("thread"))
            .put("runId", found.text("run"));
    found.texts(line, "agent", "state", "worker", "outcome", "cause", "code");
    found.numbers(line, "attempt", "created", "queued", "started", "active");
    line.number("ended", found.at("over")).number("cancelled", found.at("cancelat"));
    line.put("cancelledBy", found.text("cancelby")).put("cancelReason", found.text("cancelwhy"));
    line.raw("terminal", found.text("terminal")).raw("input", input.textIfAny());
    String epoch = snapshot.text("e");
    if (epoch != null) {
      line.put("snapshotAt", epoch + ":" + snapshot.at("s").textOr("0"));
    }
    return Optional.of(line.raw("snapshot", snapshot.text("d")));
  }

  private static @Nullable String said(Reply entries) {
    List<String> all = entries.list().stream().map(one -> one.at(1).at(7).asText()).toList();
    return all.isEmpty() ? null : all.toString();
  }

  Future<Optional<JsonLine>> thread(String key) {
    String tag = key.substring(key.indexOf('{'));
    Future<Fields> record =
        fields(
            key, "owner", "thread", "title", "active", "last", "ver", "created", "changed",
            "asked");
    Future<Reply> runs = link.send("ZRANGE", "hf:truns:" + tag, 0, -1);
    return link.send("GET", "hf:tdoc:" + tag)
        .compose(
            document -> record.compose(found -> runs.map(all -> thread(found, all, document))));
  }

  private Optional<JsonLine> thread(Fields found, Reply runs, Reply document) {
    if (!isWanted(found.text("owner"))) {
      return none();
    }
    JsonLine line =
        new JsonLine("thread")
            .put("owner", found.text("owner"))
            .put("threadId", found.text("thread"))
            .put("title", found.text("title"))
            .put("activeRun", found.text("active"))
            .put("lastRun", found.text("last"))
            .number("version", found.at("ver"));
    found.numbers(line, "created", "changed");
    List<String> ids = runs.list().stream().map(Reply::asText).toList();
    return Optional.of(
        line.raw("asked", found.text("asked"))
            .raw("runs", Json.encode(ids))
            .raw("document", document.textIfAny()));
  }
}
