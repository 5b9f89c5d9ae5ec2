package dev.holdfast.loadtest.targets.local;

import dev.holdfast.loadtest.targets.TargetNode;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A node's process: the same command line each time that it is started. */
final class OwnNode {
  private final TargetNode node;
  private final Path folder;
  private final List<String> command;
  private volatile @Nullable Child process;
  private volatile boolean down;

  OwnNode(TargetNode node, Path folder, List<String> command) {
    this.node = node;
    this.folder = folder;
    this.command = List.copyOf(command);
  }

  TargetNode node() {
    return node;
  }

  void start() {
    process = Child.start(node.name(), folder, command, line -> {});
    down = false;
  }

  /** The process; after {@link #taken} it may be gone. */
  @Nullable Child process() {
    return process;
  }

  /** Somebody is about to end it: that it is gone is no trouble. */
  OwnNode taken() {
    down = true;
    return this;
  }

  /** Why it is gone though nobody ended it; none: all is well. */
  @Nullable String trouble() {
    Child now = process;
    return now == null || down || now.alive()
        ? null
        : node.name() + " ended by itself:\n" + now.tail();
  }

  void close() {
    down = true;
    Child now = process;
    if (now != null) {
      now.kill();
    }
  }
}
