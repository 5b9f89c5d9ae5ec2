package dev.holdfast.gateway.attachment;

import dev.holdfast.auth.Verified;
import dev.holdfast.core.ChannelName;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.Position;
import dev.holdfast.sessions.NodeNotice;
import dev.holdfast.sessions.SessionRef;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** A session of which nothing is closed, and nothing is sent. */
record QuietSession(SessionRef ref) implements HeldSession {
  @Override
  public Map<ChannelName, Position> unsaved() {
    return Map.of();
  }

  @Override
  public void saved(Map<ChannelName, Position> cursors) {}

  @Override
  public boolean isClosed() {
    return false;
  }

  @Override
  public void judged(ErrorCode why) {}

  @Override
  public void deliver(NodeNotice notice) {}

  @Override
  public void replacedBy(long generation) {}

  @Override
  public void closeIfRefused(Function<Verified, Optional<ErrorCode>> refusal) {}

  @Override
  public void sendAway() {}

  @Override
  public boolean askToMove() {
    return false;
  }
}
