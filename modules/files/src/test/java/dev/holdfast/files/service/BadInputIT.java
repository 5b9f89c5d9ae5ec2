package dev.holdfast.files.service;

import static dev.holdfast.files.service.FilesNode.await;
import static dev.holdfast.files.service.FilesNode.bytes;
import static dev.holdfast.files.service.FilesNode.code;
import static dev.holdfast.files.service.FilesNode.user;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.core.Caller;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.Ids;
import dev.holdfast.files.AuditReport;
import dev.holdfast.files.FileAnswer;
import dev.holdfast.files.FileMessage;
import dev.holdfast.files.FileSpec;
import dev.holdfast.files.FileView;
import dev.holdfast.files.config.TenantFiles;
import dev.holdfast.testkit.OwnRedis;
import dev.holdfast.testkit.RedisExtension;
import dev.holdfast.testkit.TestRedis;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Names, sizes and disks that are not as they should be: a named error, and nothing is left. */
@ExtendWith(RedisExtension.class)
class BadInputIT {
  private static String redis;

  @TempDir Path folder;
  private final String tenant = FilesNode.tenant();
  private final Caller.User ann = user(tenant, "ann");
  private FilesNode node;

  @BeforeAll
  static void startRedis(@OwnRedis TestRedis server) {
    redis = server.uri();
  }

  @BeforeEach
  void start() {
    var limits =
        new TenantFiles(10_000, 3, 5_000, List.of("text/*", "application/octet-stream"), 100);
    node = FilesNode.first(redis, FilesNode.limited(folder.resolve("files"), limits));
  }

  @AfterEach
  void stop() {
    node.close();
  }

  private static List<String> badNames() {
    return List.of(
        "",
        ".",
        "..",
        "../../etc/passwd",
        "a/b",
        "a\\b",
        "/",
        "nul\u0000byte",
        "C:evil.txt",
        "c:\\boot.ini",
        "line\nbreak",
        "tab\there",
        "\u007fdelete",
        "right\u202eto\u202cleft",
        "zero\u200bwidth",
        "bom\ufeff",
        "isolate\u2066x\u2069",
        "paragraph\u2029",
        "private\ue000",
        "lone\ud800surrogate",
        " leading",
        "trailing ",
        "x".repeat(256),
        "ä".repeat(128),
        "x".repeat(10_000));
  }

  @Test
  void aNameThatNamesNoFileIsRefused() {
    for (String name : badNames()) {
      ErrorCode code =
          assertThrows(HoldfastException.class, () -> FileSpec.of(name, 1), name).code();
      assertEquals(ErrorCode.BAD_REQUEST, code, name);
    }
    assertNothingIsLeft();
  }

  @Test
  void anyOtherNameIsKeptAsItIs() {
    for (String name :
        List.of("report.pdf", "...", "日本語.txt", "a b", "é", "%2e%2e%2f", "COM1", "x'\"&<>")) {
      FileView file = node.put(ann, name, bytes(1));
      assertEquals(name, file.name());
      assertEquals(List.of(name), node.names(ann, tenant, name.substring(0, 1)));
      node.delete(ann, file);
    }
  }

  @Test
  void namesThatLookAlikeAreAlike() {
    assertEquals("\u00e9", FileSpec.of("e\u0301", 1).name());
  }

  @Test
  void sizesThatAreNoneAreRefused() {
    assertThrows(HoldfastException.class, () -> FileSpec.of("x", -1));
    assertThrows(HoldfastException.class, () -> FileSpec.of("x", Long.MIN_VALUE));
    assertEquals(ErrorCode.TOO_LARGE, create(5_001));
    assertEquals(ErrorCode.TOO_LARGE, create(Long.MAX_VALUE));
    assertNothingIsLeft();
  }

  @Test
  void moreThanItsSizeIsRefusedAndNothingOfItKept() {
    FileView upload = node.begin(ann, "small", 4);

    assertEquals(
        ErrorCode.TOO_LARGE,
        code(node.client.ask(new FileMessage.Append(ann, tenant, upload.file(), 0, bytes(5)))));
    assertEquals(0, node.stat(ann, upload).offset());
    node.delete(ann, upload);
    assertNothingIsLeft();
  }

  @Test
  void bytesBeyondTheQuotaAreRefusedBeforeTheFirst() {
    FileView first = node.begin(ann, "first", 5_000);
    node.begin(ann, "second", 4_999);

    assertEquals(ErrorCode.LIMIT_EXCEEDED, create(2));
    node.delete(ann, first);
    assertEquals(List.of(4_999L, 1L), node.quota(tenant));
    node.begin(ann, "third", 5_000);
  }

  @Test
  void filesBeyondTheQuotaAreRefused() {
    for (int i = 0; i < 3; i++) {
      node.begin(ann, "file", 1);
    }
    assertEquals(ErrorCode.LIMIT_EXCEEDED, create(1));
    assertEquals(List.of(3L, 3L), node.quota(tenant));
  }

  @Test
  void oneTenantsQuotaIsNotAnothers() {
    for (int i = 0; i < 3; i++) {
      node.begin(ann, "file", 1);
    }
    node.put(user(FilesNode.tenant(), "bob"), "fits", bytes(5_000));
  }

  @Test
  void contentOfATypeThatIsNotTakenLeavesNothing() {
    byte[] png = {(byte) 0x89, 'P', 'N', 'G', 13, 10, 26, 10, 0, 0, 0, 13, 'I', 'H', 'D', 'R'};
    var spec = new FileSpec("x.txt", png.length, "text/plain", null, null, null, null, 0);

    assertEquals(ErrorCode.UNSUPPORTED_TYPE, code(putting(spec, png)));
    assertNothingIsLeft();
  }

  @Test
  void whatContentShowsCountsNotWhatIsDeclared() {
    byte[] text = "plain words\n".getBytes();
    var spec = new FileSpec("x.png", text.length, "image/png", null, null, null, null, 0);
    FileView file = node.put(ann, spec, text);

    assertEquals("text/plain", file.type());
    assertEquals("image/png", file.declaredType());
  }

  @Test
  void contentOfAnotherChecksumLeavesNothing() {
    var spec = new FileSpec("x", 3, null, FilesIT.sha256(bytes(4)), null, null, null, 0);

    assertEquals(ErrorCode.CHECKSUM_MISMATCH, code(putting(spec, bytes(3))));
    assertNothingIsLeft();
  }

  @Test
  void rangesOutOfBoundsAreRefused() {
    FileView file = node.put(ann, "ten", bytes(10));

    assertEquals(ErrorCode.RANGE_INVALID, code(read(file, 11, 1)));
    assertEquals(0, await(read(file, 10, 1)).bytes().length);
    assertEquals(3, await(read(file, 7, 100)).bytes().length);
    assertThrows(HoldfastException.class, () -> read(file, -1, 1));
    assertThrows(HoldfastException.class, () -> read(file, 0, 0));
    assertThrows(HoldfastException.class, () -> read(file, 0, FileMessage.MAX_CHUNK + 1));
  }

  @Test
  void aSessionThatIsNotTheOwnersIsNoSession() {
    var spec = new FileSpec("x", 1, null, null, null, Ids.fresh(), null, 0);

    assertEquals(
        ErrorCode.NOT_FOUND, code(node.client.ask(new FileMessage.Create(ann, tenant, spec))));
    assertNothingIsLeft();
  }

  @Test
  void anUploadThatShowsNoSignOfLifeIsGivenUp() {
    FileView upload = node.begin(ann, "left", 10);
    node.redis("HSET", "hf:file:{" + tenant + "!" + upload.file() + "}", "due", 1);
    node.dueNow(upload);
    node.audit();

    assertNothingIsLeft();
  }

  @Test
  void aFolderThatVanishesIsAnErrorByNameAndNothingIsLost() throws IOException {
    FileView file = node.put(ann, "kept", bytes(10));
    FileView upload = node.begin(ann, "waiting", 10);
    Files.move(folder.resolve("files"), folder.resolve("away"));

    assertEquals(ErrorCode.UNAVAILABLE, code(read(file, 0, 1)));
    assertEquals(ErrorCode.UNAVAILABLE, code(append(upload, bytes(10))));
    assertEquals(ErrorCode.UNAVAILABLE, code(node.transfers.locate(ann, tenant, file.file())));

    Files.move(folder.resolve("away"), folder.resolve("files"));
    assertArrayEquals(bytes(10), node.read(ann, file));
    assertTrue(await(append(upload, bytes(10))).ready().ready());
    assertTrue(node.audit().clean());
  }

  @Test
  void aFullDiskIsAnErrorByNameAndOthersGoOn() throws Exception {
    try (var disk = new SmallDisk(folder.resolve("disk"), "2m")) {
      try (var small = FilesNode.first(redis, FilesNode.quiet(disk.folder().resolve("files")))) {
        FileView before = small.put(ann, "before", bytes(1_000));
        FileView large = small.begin(ann, "large", 8_000_000);

        assertEquals(ErrorCode.STORE_FULL, fill(small, large));
        assertArrayEquals(bytes(1_000), small.read(ann, before));
        small.delete(ann, large);
        assertEquals(List.of(1_000L, 1L), small.quota(tenant));
        assertArrayEquals(bytes(500_000), small.read(ann, small.put(ann, "after", bytes(500_000))));
        assertTrue(small.audit().clean());
      }
    }
  }

  @Test
  void aDiskThatIsReadOnlyIsAnErrorByName() throws Exception {
    try (var disk = new SmallDisk(folder.resolve("disk"), "2m")) {
      try (var small = FilesNode.first(redis, FilesNode.quiet(disk.folder().resolve("files")))) {
        FileView before = small.put(ann, "before", bytes(1_000));
        FileView upload = small.begin(ann, "upload", 10);
        disk.readOnly();

        assertEquals(
            ErrorCode.UNAVAILABLE,
            code(
                small.client.ask(
                    new FileMessage.Append(ann, tenant, upload.file(), 0, bytes(10)))));
        assertEquals(
            ErrorCode.UNAVAILABLE,
            code(small.client.ask(new FileMessage.Delete(ann, tenant, before.file()))));
        assertEquals(
            ErrorCode.NOT_FOUND,
            code(small.client.ask(new FileMessage.Stat(ann, tenant, before.file()))));
        disk.writable();
        small.dueNow(before);
        small.audit();
        assertEquals(List.of(10L, 1L), small.quota(tenant));
        assertTrue(small.audit().clean());
      }
    }
  }

  /** A file system of its own, where this user may mount one. */
  private static final class SmallDisk implements AutoCloseable {
    private final Path folder;

    SmallDisk(Path folder, String size) throws Exception {
      this.folder = Files.createDirectories(folder);
      Assumptions.assumeTrue(
          run("mount", "-t", "tmpfs", "-o", "size=" + size, "tmpfs", folder.toString()) == 0,
          "no right to mount");
    }

    Path folder() {
      return folder;
    }

    void readOnly() throws Exception {
      assertEquals(0, run("mount", "-o", "remount,ro", folder.toString()));
    }

    void writable() throws Exception {
      assertEquals(0, run("mount", "-o", "remount,rw", folder.toString()));
    }

    @Override
    public void close() throws Exception {
      await().until(() -> run("umount", folder.toString()) == 0);
    }

    private static int run(String... command) throws Exception {
      return new ProcessBuilder(command)
          .redirectErrorStream(true)
          .redirectOutput(ProcessBuilder.Redirect.DISCARD)
          .start()
          .waitFor();
    }
  }

  private ErrorCode fill(FilesNode small, FileView large) {
    byte[] piece = bytes(FileMessage.MAX_CHUNK);
    for (long offset = 0; ; offset += piece.length) {
      var message = new FileMessage.Append(ann, tenant, large.file(), offset, piece);
      try {
        await(small.client.ask(message));
      } catch (HoldfastException e) {
        return e.code();
      }
    }
  }

  private ErrorCode create(long size) {
    return code(node.client.ask(new FileMessage.Create(ann, tenant, FileSpec.of("x", size))));
  }

  private io.vertx.core.Future<FileView> putting(FileSpec spec, byte[] bytes) {
    return node.files.put(ann, tenant, spec, offset -> FilesNode.piece(bytes, offset));
  }

  private io.vertx.core.Future<FileAnswer.Chunk> read(FileView file, long offset, int length) {
    return node.client.ask(new FileMessage.Read(ann, tenant, file.file(), offset, length));
  }

  private io.vertx.core.Future<FileAnswer.Advanced> append(FileView upload, byte[] bytes) {
    return node.client.ask(new FileMessage.Append(ann, tenant, upload.file(), 0, bytes));
  }

  private void assertNothingIsLeft() {
    assertEquals(List.of(), node.names(ann, tenant, ""));
    assertEquals(List.of(0L, 0L), node.quota(tenant));
    await().until(() -> node.keysOf(tenant).isEmpty());
    AuditReport report = node.audit();
    assertEquals(AuditReport.NOTHING, report);
  }
}
