package dev.holdfast.files.records;

/** Where a file is in its life. */
public enum FileState {
  /** Its bytes are coming; only its owner's upload can be asked for. */
  UPLOADING,
  READY,
  /** As if it had never been; what it takes is being removed. */
  DELETED
}
