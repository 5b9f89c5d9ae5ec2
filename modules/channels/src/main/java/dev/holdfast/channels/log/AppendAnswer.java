package dev.holdfast.channels.log;

import dev.holdfast.channels.ChannelMessage;
import dev.holdfast.channels.retained.Amount;
import dev.holdfast.channels.retained.Change;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.Position;
import dev.holdfast.redis.Reply;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads what the scripts of appends answer. */
final class AppendAnswer {
  private AppendAnswer() {}

  static ChannelMessage.Result result(Reply reply) {
    return switch (reply.at(0).asText()) {
      case "stored" -> ChannelMessage.Result.stored(position(reply), false);
      case "duplicate" -> ChannelMessage.Result.stored(position(reply), true);
      case "sequence" ->
          ChannelMessage.Result.refused(ErrorCode.OUT_OF_SEQUENCE, reply.at(1).asLong());
      case "conflict" -> ChannelMessage.Result.refused(ErrorCode.CONFLICT, 0);
      case "over" ->
          ChannelMessage.Result.refused(
              ErrorCode.LIMIT_EXCEEDED,
              reply.at(1).asText() + ": as much as the user or tenant may have");
      case "full" -> ChannelMessage.Result.tooMany("idempotency keys", reply.at(1).asLong());
      case "names" -> ChannelMessage.Result.tooMany("publishers of yours", reply.at(1).asLong());
      default -> ChannelMessage.Result.refused(ErrorCode.FENCED, 0);
    };
  }

  static List<Change> changes(Reply rows) {
    List<Change> changes = new ArrayList<>(rows.size() / 4);
    for (int i = 0; i + 3 < rows.size(); i += 4) {
      String user = rows.at(i).asText();
      var amount = new Amount(rows.at(i + 2).asLong(), rows.at(i + 3).asLong());
      changes.add(new Change(user.isEmpty() ? null : user, rows.at(i + 1).asLong(), amount));
    }
    return changes;
  }

  private static @Nullable Position position(Reply reply) {
    String epoch = reply.at(1).asText();
    return epoch.isEmpty() ? null : new Position(epoch, reply.at(2).asLong());
  }
}
