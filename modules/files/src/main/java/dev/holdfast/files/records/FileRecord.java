package dev.holdfast.files.records;

import dev.holdfast.files.FileView;
import dev.holdfast.files.storage.Part;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A file's record as the store has it.
 *
 * @param content under which the storage keeps it: opaque, made here
 * @param lifeMs how long it will live once it is ready; 0: until it is deleted
 * @param wantedSha256 what its content has to be, if its uploader said so
 * @param generation of the upload's last claim
 * @param parts of the upload that are committed, in order
 * @param notified whether its owner was sent word that it is ready
 * @param wasReady of one that is deleted: whether it had been ready
 * @param reason why it was deleted, if it was
 */
public record FileRecord(
    FileKey key,
    FileState state,
    FileView view,
    String content,
    long lifeMs,
    @Nullable String wantedSha256,
    long generation,
    List<Part> parts,
    boolean notified,
    boolean wasReady,
    @Nullable String reason) {
  public FileRecord {
    parts = List.copyOf(parts);
  }

  /** Returns how much of the upload is there if this part has that length. */
  public long offsetWith(Part written) {
    long before = 0;
    for (Part part : parts) {
      before += part.number() == written.number() ? 0 : part.length();
    }
    return before + written.length();
  }

  public String owner() {
    return view.owner();
  }

  public boolean ready() {
    return state == FileState.READY;
  }

  /** Returns whether it can be asked for: a deleted file is as if it had never been. */
  public boolean exists() {
    return state != FileState.DELETED;
  }
}
