package dev.holdfast.client.protocol;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.client.session.Stored;
import java.util.concurrent.CompletableFuture;

/** A durable publication without an answer. */
final class Unanswered {
  final PublishLine line;
  final ObjectNode json;
  final int size;
  final CompletableFuture<Stored> answer = new CompletableFuture<>();
  long n;

  /** How often it was sent under this number. */
  int sendings;

  /** The id of its last sending; null if an error to it is of no account. */
  String frame;

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
