package dev.holdfast.sessions;

import dev.holdfast.core.BusValue;
import dev.holdfast.core.ChannelName;
import dev.holdfast.core.Position;
import java.util.Map;

/**
 * What an attach makes if there is no session to resume.
 *
 * @param session a fresh id; the session gets another one if its limits leave no room there
 * @param first where it begins to read the channels of its tenant and user; a channel that is
 *     missing is stored with its first subscription
 */
public record NewSession(String session, Map<ChannelName, Position> first) implements BusValue {
  public NewSession {
    first = Map.copyOf(first);
  }
}
