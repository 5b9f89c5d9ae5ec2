package dev.holdfast.channels.schemas.engine;

import dev.holdfast.channels.schemas.SchemaMessage;
import dev.holdfast.channels.schemas.SchemaName;
import dev.holdfast.core.Ids;
import dev.holdfast.redis.Keys;
import dev.holdfast.redis.RedisLink;
import dev.holdfast.redis.Reply;
import dev.holdfast.redis.Script;
import dev.holdfast.redis.ShardValue;
import io.vertx.core.Future;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Tenants' schemas in Redis. Used on the context of its link. */
public final class SchemaStore {
  private static final Script PUT = Script.of("channels", "schema_put");
  private static final Script REMOVE = Script.of("channels", "schema_remove");
  private static final String REVISION = "#";

  private final RedisLink link;

  public SchemaStore(RedisLink link) {
    this.link = link;
  }

  /** The outcome of storing a schema. */
  enum Put {
    STORED,
    SAME,
    OTHER,
    FULL
  }

  /**
   * All schemas of a tenant.
   *
   * @param revision changes with each change; none if the tenant has no schemas
   */
  public record Stored(@Nullable String revision, Map<SchemaName, String> texts) {}

  public Future<Put> put(String tenant, SchemaName name, String text) {
    List<Object> args =
        List.of(field(name), text, Ids.fresh(), SchemaMessage.MAX_SCHEMAS, ShardValue.FULL);
    return PUT.run(link, List.of(Keys.schemas(tenant)), args)
        .map(reply -> Put.valueOf(reply.asText().toUpperCase(java.util.Locale.ROOT)));
  }

  public Future<Void> remove(String tenant, SchemaName name) {
    List<Object> args = List.of(field(name), Ids.fresh());
    return REMOVE.run(link, List.of(Keys.schemas(tenant)), args).mapEmpty();
  }

  /** Returns the revision of a tenant's schemas; none if it has no schemas. */
  Future<@Nullable String> revision(String tenant) {
    return link.send("HGET", Keys.schemas(tenant), REVISION).map(SchemaStore::text);
  }

  /** Returns a schema's text; none if there is no such schema. */
  public Future<@Nullable String> get(String tenant, SchemaName name) {
    return link.send("HGET", Keys.schemas(tenant), field(name)).map(SchemaStore::text);
  }

  Future<Stored> all(String tenant) {
    return link.send("HGETALL", Keys.schemas(tenant)).map(SchemaStore::stored);
  }

  private static Stored stored(Reply reply) {
    Map<SchemaName, String> texts = new HashMap<>();
    String revision = null;
    List<Reply> all = reply.list();
    for (int i = 0; i + 1 < all.size(); i += 2) {
      String field = all.get(i).asText();
      if (field.equals(REVISION)) {
        revision = all.get(i + 1).asText();
      } else {
        texts.put(name(field), all.get(i + 1).asText());
      }
    }
    return new Stored(revision, texts);
  }

  private static @Nullable String text(Reply reply) {
    return reply.isNull() ? null : reply.asText();
  }

  private static String field(SchemaName name) {
    return name.event() + "@" + name.version();
  }

  private static SchemaName name(String field) {
    int at = field.lastIndexOf('@');
    return new SchemaName(field.substring(0, at), Integer.parseInt(field.substring(at + 1)));
  }
}
