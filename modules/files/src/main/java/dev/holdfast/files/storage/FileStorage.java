package dev.holdfast.files.storage;

import java.io.IOException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Keeps content. All nodes that share files see the same. Methods block, and are for worker
 * threads; any number may run at once.
 *
 * <p>Content is written as parts, each by one writer, and sealed: from then on it is whole, never
 * changes, and is there after a crash of the machine. Content that is not sealed is never read. A
 * content's name is {@link #NAME}, made by the service: nothing that a user says is in it.
 */
public interface FileStorage {
  /** 32 hex digits. */
  String NAME = "[0-9a-f]{32}";

  /** Number of steps in which everything is looked at. */
  int SHARDS = 256;

  /** Returns the id of the storage: the same for all nodes, and after a restart. */
  String id() throws IOException;

  /**
   * Opens a part for writing after its first {@code length} bytes; what is beyond them is dropped.
   *
   * @throws IOException also if it has not that many
   */
  PartWriter append(String content, long part, long length) throws IOException;

  /**
   * Makes content of parts, in order, and removes them: all or nothing. Nothing changes if it is
   * sealed already.
   *
   * @param exclusive whether nobody but the caller can still have the last part open for writing:
   *     then a single part need not be copied
   * @param known the content's SHA-256, if the caller has it
   */
  Sealed seal(String content, List<Part> parts, boolean exclusive, byte @Nullable [] known)
      throws IOException;

  /** Reads up to {@code length} bytes of sealed content; fewer only at its end. */
  byte[] read(String content, long offset, int length) throws IOException;

  /** Makes content that has the same bytes as other, sealed content. */
  void copy(String from, String to) throws IOException;

  /** Removes content and all its parts; succeeds also if there are none. */
  void delete(String content) throws IOException;

  boolean has(String content) throws IOException;

  /** Removes the parts of content, sealed or not. */
  void deleteParts(String content) throws IOException;

  /**
   * Lists one part of everything that there is.
   *
   * @param shard 0 to {@link #SHARDS} − 1
   */
  List<Held> held(int shard) throws IOException;

  /**
   * Returns the file of sealed content on this machine, to be sent without copying; empty: there is
   * none.
   */
  Optional<Path> file(String content);

  /**
   * Content that {@link #seal} made.
   *
   * @param head its first bytes, up to {@link ContentTypes#HEAD}
   */
  record Sealed(long size, byte[] sha256, byte[] head) {}

  /**
   * @param part whether it is a piece of an upload, else it is sealed
   * @param ageMs since it was last written to, by the storage's clock
   */
  record Held(String content, boolean part, long ageMs) {}

  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (java.security.NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
