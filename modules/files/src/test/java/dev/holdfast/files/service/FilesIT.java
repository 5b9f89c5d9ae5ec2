package dev.holdfast.files.service;

import static dev.holdfast.files.service.FilesNode.await;
import static dev.holdfast.files.service.FilesNode.bytes;
import static dev.holdfast.files.service.FilesNode.code;
import static dev.holdfast.files.service.FilesNode.user;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.core.Caller;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.files.AuditReport;
import dev.holdfast.files.FileAnswer;
import dev.holdfast.files.FileMessage;
import dev.holdfast.files.FileSpec;
import dev.holdfast.files.FileView;
import dev.holdfast.files.TransferMessage;
import dev.holdfast.files.storage.FileStorage;
import dev.holdfast.files.storage.PartWriter;
import dev.holdfast.testkit.OwnRedis;
import dev.holdfast.testkit.RedisExtension;
import dev.holdfast.testkit.TestRedis;
import io.vertx.core.Future;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A file's life, by the bus. */
@ExtendWith(RedisExtension.class)
public class FilesIT {
  @TempDir Path folder;

  private final String tenant = FilesNode.tenant();
  private final Caller.User ann = user(tenant, "ann");
  private static String redis;
  private FilesNode node;

  @BeforeAll
  static void startRedis(@OwnRedis TestRedis server) {
    redis = server.uri();
  }

  @BeforeEach
  void start() {
    node = FilesNode.first(redis, FilesNode.quiet(folder));
  }

  @AfterEach
  void stop() {
    node.close();
  }

  @Test
  void aFileComesBackAsItWasPut() {
    byte[] bytes = bytes(700_000);
    FileView file = node.put(ann, "report.bin", bytes);

    assertTrue(file.ready());
    assertEquals("report.bin", file.name());
    assertEquals(sha256(bytes), file.sha256());
    assertArrayEquals(bytes, node.read(ann, file));
    assertEquals(file, node.stat(ann, file));
    assertEquals(List.of(700_000L, 1L), node.quota(tenant));
    assertTrue(node.audit().clean());
  }

  @Test
  void anEmptyFileIsReadyAtOnce() {
    FileView file = node.begin(ann, "empty", 0);

    assertTrue(file.ready());
    assertEquals(0, node.read(ann, file).length);
  }

  @Test
  void nothingIsVisibleBeforeTheLastByte() {
    FileView upload = node.begin(ann, "half", 10);
    var half = new FileMessage.Append(ann, tenant, upload.file(), 0, bytes(5));
    assertEquals(5, await(node.client.ask(half)).offset());

    assertEquals(List.of(), node.names(ann, tenant, ""));
    assertEquals(
        ErrorCode.NOT_FOUND,
        code(node.client.ask(new FileMessage.Read(ann, tenant, upload.file(), 0, 1))));
    assertFalse(node.stat(ann, upload).ready());
    assertEquals(List.of(10L, 1L), node.quota(tenant));
  }

  @Test
  void anAppendThatIsSentAgainChangesNothing() {
    byte[] bytes = bytes(10);
    FileView upload = node.begin(ann, "twice", 10);
    var first = new FileMessage.Append(ann, tenant, upload.file(), 0, head(bytes, 5));
    var last = new FileMessage.Append(ann, tenant, upload.file(), 5, tail(bytes, 5));

    assertEquals(5, await(node.client.ask(first)).offset());
    assertEquals(5, await(node.client.ask(first)).offset());
    assertEquals(10, await(node.client.ask(last)).ready().size());
    assertEquals(10, await(node.client.ask(last)).ready().size());
    assertArrayEquals(bytes, node.read(ann, upload));
  }

  @Test
  void anAppendAheadOfTheUploadIsRefusedWithWhereItStands() {
    FileView upload = node.begin(ann, "gap", 10);

    HoldfastException refused =
        refusal(node.client.ask(new FileMessage.Append(ann, tenant, upload.file(), 3, bytes(2))));

    assertEquals(ErrorCode.CONFLICT, refused.code());
    assertTrue(refused.publicMessage().endsWith("at 0"), refused.publicMessage());
  }

  @Test
  void anUploadGoesOnAtAnotherNode() {
    byte[] bytes = bytes(1_000);
    FileView upload = node.begin(ann, "moved", 1_000);
    await(node.client.ask(new FileMessage.Append(ann, tenant, upload.file(), 0, head(bytes, 400))));
    try (var other = FilesNode.start(redis, FilesNode.quiet(folder))) {
      var rest = new FileMessage.Append(ann, tenant, upload.file(), 400, tail(bytes, 400));
      assertTrue(await(other.client.ask(rest)).ready().ready());
    }
    assertArrayEquals(bytes, node.read(ann, upload));
    assertTrue(node.audit().clean());
  }

  @Test
  void aWriterThatWasOvertakenChangesNothingAnyMore() throws Exception {
    FileView upload = node.begin(ann, "fenced", 8);
    var claim = new TransferMessage.Claim(ann, tenant, upload.file(), 0);
    FileAnswer.Grant old = await(node.client.ask(claim));
    FileAnswer.Grant fresh = await(node.client.ask(claim));

    PartWriter late = write(old, "oldold!!");
    write(fresh, "newbytes").close();
    assertEquals(
        ErrorCode.FENCED,
        code(node.client.ask(TransferMessage.Advance.of(ann, old, 8, true, null))));
    await(node.client.ask(TransferMessage.Advance.of(ann, fresh, 8, true, null)));
    late.write(new java.nio.ByteBuffer[] {java.nio.ByteBuffer.wrap("later".getBytes())});
    late.close();

    assertEquals("newbytes", new String(node.read(ann, upload)));
  }

  @Test
  void whatAWriterCommittedBeforeItWasOvertakenStays() throws Exception {
    FileView upload = node.begin(ann, "pieces", 8);
    var claim = new TransferMessage.Claim(ann, tenant, upload.file(), 0);
    FileAnswer.Grant old = await(node.client.ask(claim));
    PartWriter late = write(old, "1234xxx");
    await(node.client.ask(TransferMessage.Advance.of(ann, old, 4, false, null)));
    FileAnswer.Grant fresh =
        await(node.client.ask(new TransferMessage.Claim(ann, tenant, upload.file(), 4)));
    write(fresh, "5678").close();
    FileView ready =
        await(node.client.ask(TransferMessage.Advance.of(ann, fresh, 4, true, null))).ready();
    late.close();

    assertEquals("12345678", new String(node.read(ann, ready)));
    assertEquals(sha256("12345678".getBytes()), ready.sha256());
    assertTrue(node.audit().clean());
  }

  @Test
  void deletionLeavesNothing() {
    FileView file = node.put(ann, "gone", bytes(5_000));
    node.delete(ann, file);

    assertEquals(ErrorCode.NOT_FOUND, code(node.client.ask(stat(file))));
    assertEquals(List.of(), node.names(ann, tenant, ""));
    assertEquals(List.of(0L, 0L), node.quota(tenant));
    assertEquals(0, stored());
    await().until(() -> node.keysOf(tenant).isEmpty());
  }

  @Test
  void theOwnerIsNotifiedOfWhatBecomesOfAFile() {
    FileView file = node.put(ann, "notified", bytes(10));
    await().until(() -> node.events.size() == 1);
    node.delete(ann, file);
    await().until(() -> node.events.size() == 2);

    assertEquals(FileEvent.Kind.UPLOADED, node.events.get(0).kind());
    assertEquals(file, node.events.get(0).file());
    assertEquals(FileEvent.Kind.DELETED, node.events.get(1).kind());
    assertTrue(node.events.get(1).file().version() > file.version());
  }

  @Test
  void aFileExpires() {
    var spec = new FileSpec("short", 3, null, null, null, null, null, 1);
    FileView file = node.put(ann, spec, bytes(3));
    await().until(() -> node.audit().files() == 0);

    assertEquals(ErrorCode.NOT_FOUND, code(node.client.ask(stat(file))));
    assertEquals(List.of(0L, 0L), node.quota(tenant));
    await().until(() -> node.events.size() >= 2);
    assertEquals(FileEvent.Kind.EXPIRED, node.events.get(node.events.size() - 1).kind());
  }

  @Test
  void whatCouldNotBeReportedIsReportedLater() {
    var refusals = new AtomicInteger(1);
    try (var mute =
        FilesNode.start(
            redis,
            FilesNode.quiet(folder),
            event ->
                refusals.getAndDecrement() > 0
                    ? Future.failedFuture("not now")
                    : Future.succeededFuture())) {
      FileView file = mute.put(ann, "late", bytes(3));
      await().until(() -> mute.events.size() == 1);
      mute.dueNow(file);
      mute.audit();
      assertEquals(2, mute.events.size());
      assertEquals(file, mute.events.get(1).file());
      mute.dueNow(file);
      mute.audit();
      assertEquals(2, mute.events.size());
    }
  }

  @Test
  void anUploadIsFinishedThoughItsNodeDiedAfterTheLastByte() throws Exception {
    FileView upload = node.begin(ann, "last", 4);
    FileAnswer.Grant grant =
        await(node.client.ask(new TransferMessage.Claim(ann, tenant, upload.file(), 0)));
    write(grant, "1234").close();
    // What the script does, without the sealing that follows it.
    node.redis("HSET", "hf:file:{" + tenant + "!" + upload.file() + "}", "parts", "1:4", "off", 4);

    FileView stands = node.stat(ann, upload);
    assertFalse(stands.ready());
    FileView ready = await(node.transfers.complete(ann, stands));

    assertTrue(ready.ready());
    assertEquals("1234", new String(node.read(ann, ready)));
  }

  @Test
  void theSweepFinishesAnUploadThatHasAllItsBytes() throws Exception {
    FileView upload = node.begin(ann, "swept", 4);
    FileAnswer.Grant grant =
        await(node.client.ask(new TransferMessage.Claim(ann, tenant, upload.file(), 0)));
    write(grant, "1234").close();
    node.redis("HSET", "hf:file:{" + tenant + "!" + upload.file() + "}", "parts", "1:4", "off", 4);
    node.dueNow(upload);

    node.audit();

    assertEquals("1234", new String(node.read(ann, upload)));
  }

  @Test
  void listsByNamePagedAndByPrefix() {
    for (String name : List.of("b-2", "a-1", "b-1", "ä-1", "c", "b-10")) {
      node.put(ann, name, bytes(1));
    }
    assertEquals(List.of("b-1", "b-10", "b-2"), node.names(ann, tenant, "b-"));
    assertEquals(List.of("ä-1"), node.names(ann, tenant, "ä"));

    List<String> paged = new ArrayList<>();
    String after = "";
    while (after != null) {
      var message = new FileMessage.ListFiles(ann, tenant, null, null, "", after, 2);
      FileAnswer.Page page = await(node.client.ask(message));
      page.files().forEach(file -> paged.add(file.name()));
      after = page.next();
    }
    assertEquals(List.of("a-1", "b-1", "b-10", "b-2", "c", "ä-1"), paged);
  }

  @Test
  void aCopyLivesOnItsOwn() {
    byte[] bytes = bytes(1_000);
    FileView file = node.put(ann, "original", bytes);
    FileView copy = await(node.client.ask(new FileMessage.Copy(ann, tenant, file.file(), "copy")));
    node.delete(ann, file);

    assertEquals("copy", copy.name());
    assertEquals(file.sha256(), copy.sha256());
    assertArrayEquals(bytes, node.read(ann, copy));
    assertEquals(List.of(1_000L, 1L), node.quota(tenant));
    assertTrue(node.audit().clean());
  }

  @Test
  void aTicketStandsForOneFileAndOnePurpose() {
    FileView file = node.put(ann, "shared", bytes(10));
    var wanted =
        new FileMessage.IssueTicket(ann, tenant, file.file(), FileMessage.Purpose.DOWNLOAD, 60_000);
    String ticket = await(node.client.ask(wanted)).ticket();
    assertTrue(ticket.matches("[^~]+~[A-Za-z0-9_-]{40}"), ticket);

    FileAnswer.Redeemed opened = await(node.transfers.redeem(ticket, FileMessage.Purpose.DOWNLOAD));
    assertEquals(file.file(), opened.file());
    assertEquals("ann", opened.caller().user());
    assertEquals(tenant, opened.tenant());
    assertEquals(
        ErrorCode.NOT_FOUND, code(node.transfers.redeem(ticket, FileMessage.Purpose.UPLOAD)));
    assertEquals(
        ErrorCode.NOT_FOUND,
        code(node.transfers.redeem(ticket + "x", FileMessage.Purpose.DOWNLOAD)));
    assertEquals(
        ErrorCode.NOT_FOUND, code(node.transfers.redeem("garbage", FileMessage.Purpose.DOWNLOAD)));
  }

  @Test
  void erasingATenantLeavesNothingOfItAndEverythingOfOthers() {
    Caller.User other = user(FilesNode.tenant(), "bob");
    FileView stays = node.put(other, "stays", bytes(10));
    for (int i = 0; i < 3; i++) {
      node.put(ann, "file-" + i, bytes(10));
    }
    node.begin(ann, "upload", 10);

    FileAnswer.Erased erased =
        await(node.client.ask(new FileMessage.EraseTenant(FilesNode.OPERATOR, tenant)));

    assertEquals(new FileAnswer.Erased(4, false, null), erased);
    await().until(() -> node.keysOf(tenant).isEmpty());
    assertArrayEquals(bytes(10), node.read(other, stays));
    assertEquals(1, stored());
  }

  @Test
  void aServiceWorksForTheUsersOfItsTenants() {
    Caller.Service agents = FilesNode.service(tenant);
    FileView file = node.put(ann, "for-agents", bytes(10));

    assertArrayEquals(bytes(10), node.read(agents, file));
    assertEquals(List.of("for-agents"), node.names(agents, tenant, ""));
    FileView made =
        await(
            node.files.put(
                agents,
                tenant,
                FileSpec.of("from-agents", 4).ownedBy("ann"),
                offset -> FilesNode.piece(bytes(4), offset)));
    assertEquals("ann", made.owner());
    assertEquals(List.of("for-agents", "from-agents"), node.names(ann, tenant, ""));
  }

  private PartWriter write(FileAnswer.Grant grant, String text) throws Exception {
    PartWriter writer = node.storage.append(grant.content(), grant.part(), grant.partLength());
    writer.write(new java.nio.ByteBuffer[] {java.nio.ByteBuffer.wrap(text.getBytes())});
    writer.force();
    return writer;
  }

  private long stored() {
    AuditReport report = node.audit();
    return report.contents() + report.parts() + report.orphans();
  }

  private FileMessage.Stat stat(FileView file) {
    return new FileMessage.Stat(ann, tenant, file.file());
  }

  private static HoldfastException refusal(Future<?> asked) {
    try {
      throw new AssertionError("not refused: " + await(asked));
    } catch (HoldfastException e) {
      return e;
    }
  }

  public static String sha256(byte[] bytes) {
    return HexFormat.of().formatHex(FileStorage.sha256().digest(bytes));
  }

  private static byte[] head(byte[] bytes, int to) {
    return java.util.Arrays.copyOf(bytes, to);
  }

  private static byte[] tail(byte[] bytes, int from) {
    return java.util.Arrays.copyOfRange(bytes, from, bytes.length);
  }
}
