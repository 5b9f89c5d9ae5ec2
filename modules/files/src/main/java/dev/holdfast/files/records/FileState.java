package dev.holdfast.files.records;

/** The states of a file's life. */
public enum FileState {
  /** Its bytes are coming; only its owner's upload can be asked for. */
  UPLOADING,
  READY,
  /** It is as if it had never been; its content and reservation are being removed. */
  DELETED
}
