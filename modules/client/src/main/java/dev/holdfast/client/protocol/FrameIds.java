package dev.holdfast.client.protocol;

/** Ids of frames, each used once in a client's life. */
final class FrameIds {
  private long last;

  String next() {
    return Long.toString(++last);
  }
}
