package dev.holdfast.nodes.usage;

import dev.holdfast.core.Channel;
import dev.holdfast.redis.Keys;
import dev.holdfast.redis.RedisLink;
import dev.holdfast.redis.Reply;
import dev.holdfast.redis.Script;
import io.vertx.core.Future;
import java.util.List;

/**
 * A channel's log in an export: each publication once and in order, up to the newest one of the
 * moment at which it begins. Confined to its link's context.
 */
final class ExportedLog {
  private static final Script PART = Script.of("nodes", "log_export");
  private static final String NO_META = "-";

  private final RedisLink link;
  private final Channel channel;
  private String epoch = "";
  private String upto = "";
  private String after = "0";

  ExportedLog(RedisLink link, Channel channel) {
    this.link = link;
    this.channel = channel;
  }

  /** Adds some publications; answers whether these were the last ones. */
  Future<Boolean> more(ExportedPart part) {
    List<String> keys = List.of(Keys.meta(channel), Keys.log(channel));
    return PART.run(link, keys, List.of(after, upto, ExportedPart.ROOM, epoch))
        .map(found -> found.size() == 0 || add(found, part));
  }

  private boolean add(Reply found, ExportedPart part) {
    boolean first = epoch.isEmpty();
    epoch = found.at(0).asText();
    upto = found.at(1).asText();
    Reply entries = found.at(2);
    if (first && entries.size() > 0) {
      part.add(line("channel").put("top", found.at(1).asLong()));
    }
    for (int i = 0; i < entries.size(); i += 3) {
      after = entries.at(i).asText();
      part.add(
          line("publication")
              .put("seq", entries.at(i).asLong())
              .number("at", entries.at(i + 1))
              .members(entries.at(i + 2).asText()));
    }
    return entries.size() == 0 || after.equals(upto);
  }

  private JsonLine line(String kind) {
    JsonLine line = new JsonLine(kind).put("channel", channel.name().toString());
    return epoch.equals(NO_META) ? line : line.put("epoch", epoch);
  }
}
