package dev.holdfast.loadtest.report;

import java.io.IOException;

/** A file is not a result that this version can read; the message is for people, and names it. */
public final class ResultException extends IOException {
  ResultException(String message) {
    super(message);
  }
}
