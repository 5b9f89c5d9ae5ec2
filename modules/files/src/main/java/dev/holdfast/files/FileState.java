package dev.holdfast.files;

/** Where a file is in its life. */
enum FileState {
  /** Its bytes are coming; only its owner's upload can be asked for. */
  UPLOADING,
  READY,
  /** As if it had never been; what it takes is being removed. */
  DELETED
}
