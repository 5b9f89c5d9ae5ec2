package dev.holdfast.files.storage;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import dev.holdfast.core.Ids;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Content in a folder, which nodes share by whatever the operator mounts; it has to rename
 * atomically and to sync, as local disks and NFS do.
 *
 * <p>{@code parts/<xx>/<content>.<part>} are pieces of uploads, {@code content/<xx>/<content>} is
 * what is sealed, {@code storage.id} says which storage it is. A folder that is not there any more
 * (a mount that went away) is never made anew: everything fails until it is back.
 */
public final class FolderStorage implements FileStorage {
  private static final String MARK = "storage.id";
  private static final Set<PosixFilePermission> OWNER_ONLY =
      PosixFilePermissions.fromString("rwx------");

  private final Path folder;
  private final Path parts;
  private final Path contents;

  private FolderStorage(Path folder) {
    this.folder = folder;
    this.parts = folder.resolve("parts");
    this.contents = folder.resolve("content");
  }

  /** Opens the folder, and makes it a storage if it is none yet. Blocks. */
  public static FolderStorage open(Path folder) throws IOException {
    var storage = new FolderStorage(folder.toAbsolutePath());
    if (!Files.exists(folder.resolve(MARK))) {
      storage.make();
    }
    return storage;
  }

  /** Makes the folder for its owner alone. The mark comes last, when the rest is there. */
  private void make() throws IOException {
    FileAttribute<?>[] mode =
        folder.getFileSystem().supportedFileAttributeViews().contains("posix")
            ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(OWNER_ONLY)}
            : new FileAttribute<?>[0];
    for (int shard = 0; shard < SHARDS; shard++) {
      Files.createDirectories(parts.resolve(String.format("%02x", shard)), mode);
      Files.createDirectories(contents.resolve(String.format("%02x", shard)), mode);
    }
    Path fresh = Files.createTempFile(folder, "id-", ".tmp");
    try {
      Files.writeString(fresh, Ids.fresh());
      Files.createLink(folder.resolve(MARK), fresh);
    } catch (FileAlreadyExistsException another) {
      // Whoever was first at the same time has marked it.
      return;
    } finally {
      Files.deleteIfExists(fresh);
    }
  }

  @Override
  public String id() throws IOException {
    return Files.readString(folder.resolve(MARK));
  }

  @Override
  public PartWriter append(String content, long part, long length) throws IOException {
    FileChannel channel = FileChannel.open(part(content, part), CREATE, WRITE);
    try {
      if (channel.size() < length) {
        throw new IOException("part " + part + " of " + content + " has lost bytes");
      }
      channel.truncate(length);
      channel.position(length);
      return new PartWriter(channel, length);
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }

  @Override
  public Sealed seal(String content, List<Part> pieces, boolean exclusive, byte @Nullable [] known)
      throws IOException {
    Path whole = whole(content);
    if (!Files.exists(whole)) {
      try {
        Path made =
            exclusive && pieces.size() == 1 ? cut(content, pieces.get(0)) : join(content, pieces);
        Files.move(made, whole, StandardCopyOption.ATOMIC_MOVE);
        sync(shard(contents, content));
      } catch (NoSuchFileException e) {
        // Somebody else has sealed it since, or a part is lost.
        if (!Files.exists(whole)) {
          throw e;
        }
      }
    }
    deleteParts(content);
    return inspected(whole, known);
  }

  @Override
  public byte[] read(String content, long offset, int length) throws IOException {
    try (FileChannel channel = FileChannel.open(whole(content), READ)) {
      int there = (int) Math.max(0, Math.min(length, channel.size() - offset));
      ByteBuffer bytes = ByteBuffer.allocate(there);
      while (bytes.hasRemaining() && channel.read(bytes, offset + bytes.position()) >= 0) {
        continue;
      }
      return bytes.array();
    }
  }

  /** Copies by a second link if the file system has them, as sealed content never changes. */
  @Override
  public void copy(String from, String to) throws IOException {
    Path target = whole(to);
    try {
      Files.createLink(target, whole(from));
    } catch (UnsupportedOperationException e) {
      Path made = shard(parts, to).resolve(to + ".copy-" + Ids.fresh());
      Files.copy(whole(from), made);
      try (FileChannel channel = FileChannel.open(made, WRITE)) {
        channel.force(true);
      }
      Files.move(made, target, StandardCopyOption.ATOMIC_MOVE);
    }
    sync(shard(contents, to));
  }

  @Override
  public void delete(String content) throws IOException {
    Path whole = whole(content);
    deleteParts(content);
    if (Files.deleteIfExists(whole)) {
      sync(shard(contents, content));
    }
  }

  @Override
  public boolean has(String content) throws IOException {
    id();
    return Files.exists(whole(content));
  }

  @Override
  public void deleteParts(String content) throws IOException {
    Path shard = shard(parts, content);
    try (DirectoryStream<Path> found = Files.newDirectoryStream(shard, content + ".*")) {
      for (Path part : found) {
        Files.deleteIfExists(part);
      }
    }
  }

  @Override
  public List<Held> held(int shard) throws IOException {
    id();
    String name = String.format("%02x", shard);
    List<Held> held = new ArrayList<>();
    list(parts.resolve(name), true, held);
    list(contents.resolve(name), false, held);
    return held;
  }

  @Override
  public Optional<Path> file(String content) {
    return Optional.of(whole(content));
  }

  private static void list(Path of, boolean part, List<Held> held) throws IOException {
    long now = System.currentTimeMillis();
    try (DirectoryStream<Path> found = Files.newDirectoryStream(of)) {
      for (Path file : found) {
        String name = file.getFileName().toString();
        String content =
            part && name.indexOf('.') > 0 ? name.substring(0, name.indexOf('.')) : name;
        if (content.matches(NAME)) {
          age(file, now).ifPresent(ageMs -> held.add(new Held(content, part, ageMs)));
        }
      }
    }
  }

  private static Optional<Long> age(Path file, long now) throws IOException {
    try {
      return Optional.of(now - Files.getLastModifiedTime(file).toMillis());
    } catch (NoSuchFileException gone) {
      return Optional.empty();
    }
  }

  /** A part that is to be the whole, without what was never committed. */
  private Path cut(String content, Part only) throws IOException {
    Path path = part(content, only.number());
    try (FileChannel channel = FileChannel.open(path, WRITE)) {
      requireLength(channel, only, content);
      channel.truncate(only.length());
      channel.force(true);
    }
    return path;
  }

  /** The committed bytes of all parts, in a file that nobody else writes to. */
  private Path join(String content, List<Part> pieces) throws IOException {
    Path joined = shard(parts, content).resolve(content + ".join-" + Ids.fresh());
    try (FileChannel to = FileChannel.open(joined, CREATE_NEW, WRITE)) {
      for (Part piece : pieces) {
        try (FileChannel from = FileChannel.open(part(content, piece.number()), READ)) {
          requireLength(from, piece, content);
          long done = 0;
          while (done < piece.length()) {
            done += from.transferTo(done, piece.length() - done, to);
          }
        }
      }
      to.force(true);
    } catch (IOException e) {
      Files.deleteIfExists(joined);
      throw e;
    }
    return joined;
  }

  private static void requireLength(FileChannel part, Part piece, String content)
      throws IOException {
    if (part.size() < piece.length()) {
      throw new IOException("part " + piece.number() + " of " + content + " has lost bytes");
    }
  }

  private static Sealed inspected(Path whole, byte @Nullable [] known) throws IOException {
    try (FileChannel channel = FileChannel.open(whole, READ)) {
      ByteBuffer head = ByteBuffer.allocate((int) Math.min(ContentTypes.HEAD, channel.size()));
      while (head.hasRemaining() && channel.read(head) >= 0) {
        continue;
      }
      byte[] digest = known == null ? digest(channel.position(0)) : known;
      return new Sealed(channel.size(), digest, head.array());
    }
  }

  private static byte[] digest(FileChannel channel) throws IOException {
    var digest = FileStorage.sha256();
    ByteBuffer buffer = ByteBuffer.allocateDirect(256 * 1024);
    while (channel.read(buffer.clear()) >= 0) {
      digest.update(buffer.flip());
    }
    return digest.digest();
  }

  /** A rename is there after a crash only when its folder is synced. */
  private static void sync(Path folder) throws IOException {
    try (FileChannel channel = FileChannel.open(folder, READ)) {
      channel.force(true);
    }
  }

  private Path whole(String content) {
    return shard(contents, content).resolve(content);
  }

  private Path part(String content, long number) {
    return shard(parts, content).resolve(content + "." + number);
  }

  private static Path shard(Path of, String content) {
    return of.resolve(checked(content).substring(0, 2));
  }

  private static String checked(String content) {
    if (!content.matches(NAME)) {
      throw new IllegalArgumentException("not a content's name");
    }
    return content;
  }
}
