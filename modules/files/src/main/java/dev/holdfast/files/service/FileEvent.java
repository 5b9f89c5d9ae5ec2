package dev.holdfast.files.service;

import dev.holdfast.files.FileView;

/**
 * A step in a file's life that its owner is notified of: at least once each, in order for one file.
 *
 * @param kind what happened; the event's name is {@link Kind#eventName}
 */
public record FileEvent(Kind kind, FileView file) {
  /** The kind of step. */
  public enum Kind {
    UPLOADED("file.uploaded"),
    DELETED("file.deleted"),
    EXPIRED("file.expired");

    private final String eventName;

    Kind(String eventName) {
      this.eventName = eventName;
    }

    public String eventName() {
      return eventName;
    }
  }
}
