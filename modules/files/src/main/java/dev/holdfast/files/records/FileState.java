package dev.holdfast.files.records;

/** The states of a file's life. */
public enum FileState {
  /** Its bytes are coming; only its owner's upload can be asked for. */
  UPLOADING,
  READY,
  /** Deleted for all readers; content and reservation are being removed. */
  DELETED
}
