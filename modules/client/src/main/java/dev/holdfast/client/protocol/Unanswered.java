package dev.holdfast.client.protocol;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.client.session.Stored;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** A durable publication without an answer. */
final class Unanswered {
  final PublishLine line;
  final ObjectNode json;
  final int size;
  final CompletableFuture<Stored> answer = new CompletableFuture<>();
  long n;

  /** The number of times that it was sent under its current number. */
  int sendings;

  /** The id of its last sending; none if errors to it do not count. */
  @Nullable String frame;

  Unanswered(PublishLine line, ObjectNode json, int size, long n) {
    this.line = line;
    this.json = json;
    this.size = size;
    this.n = n;
  }

  void number(long fresh) {
    n = fresh;
    sendings = 0;
  }
}
