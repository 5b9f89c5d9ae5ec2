package dev.holdfast.files.storage;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.files.service.FilesIT;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** What every storage has to keep to. */
interface FileStorageContract {
  /** The same storage, opened anew, as another node does. */
  FileStorage open() throws IOException;

  @Test
  default void isTheSameForAllWhoOpenIt() throws IOException {
    assertEquals(open().id(), open().id());
  }

  @Test
  default void sealedContentIsThereForAllNodes() throws IOException {
    String content = name();
    Part part = write(open(), content, 1, "abc");
    var made = open().seal(content, List.of(part), true, null);

    assertEquals(3, made.size());
    assertEquals(FilesIT.sha256("abc".getBytes()), hex(made.sha256()));
    assertArrayEquals("abc".getBytes(), made.head());
    assertArrayEquals("bc".getBytes(), open().read(content, 1, 10));
    assertEquals(0, open().read(content, 3, 10).length);
  }

  @Test
  default void contentIsNotThereBeforeItIsSealed() throws IOException {
    String content = name();
    write(open(), content, 1, "abc");

    assertFalse(open().has(content));
    assertThrows(IOException.class, () -> open().read(content, 0, 1));
  }

  @Test
  default void sealingJoinsPartsInOrderAndTakesNoMoreThanTheirLength() throws IOException {
    String content = name();
    write(open(), content, 9, "dropped");
    write(open(), content, 2, "abcXX");
    write(open(), content, 7, "def");
    open().seal(content, List.of(new Part(2, 3), new Part(7, 3)), true, null);

    assertArrayEquals("abcdef".getBytes(), open().read(content, 0, 100));
    assertEquals(1, held(content));
  }

  @Test
  default void aSinglePartIsCutToItsLength() throws IOException {
    String content = name();
    write(open(), content, 1, "abcXX");
    open().seal(content, List.of(new Part(1, 3)), true, null);

    assertArrayEquals("abc".getBytes(), open().read(content, 0, 100));
  }

  @Test
  default void whoStillHasAPartOpenCantChangeContentThatWasNotSealedByIt() throws IOException {
    String content = name();
    PartWriter late = open().append(content, 1, 0);
    late.write(bytes("abc"));
    open().seal(content, List.of(new Part(1, 3)), false, null);
    late.write(bytes("XX"));
    late.cut(0);
    late.close();

    assertArrayEquals("abc".getBytes(), open().read(content, 0, 100));
  }

  @Test
  default void sealingAgainChangesNothing() throws IOException {
    String content = name();
    Part part = write(open(), content, 1, "abc");
    open().seal(content, List.of(part), true, null);
    var again = open().seal(content, List.of(part), false, null);

    assertEquals(3, again.size());
    assertArrayEquals("abc".getBytes(), open().read(content, 0, 100));
  }

  @Test
  default void severalWhoSealAtOnceAllSucceed() throws Exception {
    String content = name();
    Part part = write(open(), content, 1, "abc".repeat(100_000));
    List<CompletableFuture<Long>> sealing = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      boolean exclusive = i == 0;
      sealing.add(CompletableFuture.supplyAsync(() -> seal(content, part, exclusive)));
    }
    for (var one : sealing) {
      assertEquals(300_000, one.get());
    }
    assertEquals(1, held(content));
  }

  @Test
  default void aPartThatHasLostBytesIsNotSealed() throws IOException {
    String content = name();
    write(open(), content, 1, "abc");

    assertThrows(
        IOException.class, () -> open().seal(content, List.of(new Part(1, 4)), true, null));
    assertThrows(
        IOException.class, () -> open().seal(content, List.of(new Part(2, 1)), true, null));
    assertThrows(IOException.class, () -> open().append(content, 1, 4));
    assertFalse(open().has(content));
  }

  @Test
  default void writingGoesOnAfterTheCommittedBytes() throws IOException {
    String content = name();
    write(open(), content, 1, "abcXX");
    try (PartWriter writer = open().append(content, 1, 3)) {
      writer.write(bytes("de"));
      assertEquals(5, writer.length());
    }
    open().seal(content, List.of(new Part(1, 5)), true, null);

    assertArrayEquals("abcde".getBytes(), open().read(content, 0, 100));
  }

  @Test
  default void aCopyOutlivesItsOriginal() throws IOException {
    String from = name();
    String to = name();
    open().seal(from, List.of(write(open(), from, 1, "abc")), true, null);
    open().copy(from, to);
    open().delete(from);

    assertArrayEquals("abc".getBytes(), open().read(to, 0, 100));
  }

  @Test
  default void deletionTakesContentAndParts() throws IOException {
    String content = name();
    open().seal(content, List.of(write(open(), content, 1, "abc")), true, null);
    write(open(), content, 5, "left");
    open().delete(content);
    open().delete(content);

    assertFalse(open().has(content));
    assertEquals(0, held(content));
  }

  @Test
  default void namesThatAreNotTheServicesAreRefused() {
    for (String name : List.of("..", "a/../../x", "", "A".repeat(32), "0".repeat(31) + "/")) {
      assertThrows(IllegalArgumentException.class, () -> open().append(name, 1, 0), name);
      assertThrows(IllegalArgumentException.class, () -> open().read(name, 0, 1), name);
      assertThrows(IllegalArgumentException.class, () -> open().delete(name), name);
    }
  }

  @Test
  default void everythingThatIsHeldIsFound() throws IOException {
    String content = name();
    String upload = name();
    open().seal(content, List.of(write(open(), content, 1, "abc")), true, null);
    write(open(), upload, 1, "abc");

    assertEquals(1, held(content));
    assertEquals(1, held(upload));
    assertTrue(
        all().stream()
            .filter(one -> one.content().equals(upload))
            .allMatch(FileStorage.Held::part));
  }

  private long held(String content) throws IOException {
    return all().stream().filter(one -> one.content().equals(content)).count();
  }

  private List<FileStorage.Held> all() throws IOException {
    List<FileStorage.Held> all = new ArrayList<>();
    for (int shard = 0; shard < FileStorage.SHARDS; shard++) {
      all.addAll(open().held(shard));
    }
    return all;
  }

  private long seal(String content, Part part, boolean exclusive) {
    try {
      return open().seal(content, List.of(part), exclusive, null).size();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static Part write(FileStorage storage, String content, long part, String text)
      throws IOException {
    try (PartWriter writer = storage.append(content, part, 0)) {
      writer.write(bytes(text));
      writer.force();
      return new Part(part, writer.length());
    }
  }

  private static ByteBuffer[] bytes(String text) {
    return new ByteBuffer[] {ByteBuffer.wrap(text.getBytes())};
  }

  private static String hex(byte[] bytes) {
    return java.util.HexFormat.of().formatHex(bytes);
  }

  private static String name() {
    return UUID.randomUUID().toString().replace("-", "");
  }
}
