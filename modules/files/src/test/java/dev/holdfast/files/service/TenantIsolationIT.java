package dev.holdfast.files.service;

import static dev.holdfast.files.service.FilesNode.await;
import static dev.holdfast.files.service.FilesNode.bytes;
import static dev.holdfast.files.service.FilesNode.user;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.core.BusValue;
import dev.holdfast.core.Caller;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.Ids;
import dev.holdfast.files.FileAnswer;
import dev.holdfast.files.FileMessage;
import dev.holdfast.files.FileSpec;
import dev.holdfast.files.FileView;
import dev.holdfast.files.TransferMessage;
import dev.holdfast.testkit.OwnRedis;
import dev.holdfast.testkit.RedisExtension;
import dev.holdfast.testkit.TestRedis;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whatever is asked of a file that is somebody else's is answered byte for byte as if there had
 * never been one; for every message that there is.
 */
@ExtendWith(RedisExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TenantIsolationIT {
  private static final String NEVER = Ids.fresh();
  private static final byte[] CONTENT = bytes(1_000);

  private final String tenant = FilesNode.tenant();
  private final String elsewhere = FilesNode.tenant();
  private final Caller.User ann = user(tenant, "ann");
  private FilesNode node;
  private FileView file;
  private FileView upload;
  private String ticket;

  @BeforeAll
  void start(@OwnRedis TestRedis redis, @TempDir Path folder) {
    node = FilesNode.first(redis.uri(), FilesNode.quiet(folder));
    file = node.put(ann, "secret", CONTENT);
    upload = node.begin(ann, "unfinished", 10);
    ticket =
        await(
                node.client.ask(
                    new FileMessage.IssueTicket(
                        ann, tenant, file.file(), FileMessage.Purpose.DOWNLOAD, 60_000)))
            .ticket();
  }

  @AfterAll
  void stop() {
    node.close();
  }

  /** What a message is asked about: a caller's own words, and the file that they name. */
  private interface Question {
    FileMessage<?> of(Caller caller, String tenant, String file);
  }

  /** One question at least for every message; a message that has none here fails the build. */
  private Map<Class<?>, List<Question>> questions() {
    Map<Class<?>, List<Question>> all = new HashMap<>(ofTenants());
    all.putAll(ofFiles());
    return all;
  }

  private static Map<Class<?>, List<Question>> ofFiles() {
    return Map.ofEntries(
        Map.entry(FileMessage.Stat.class, List.of(FileMessage.Stat::new)),
        Map.entry(
            FileMessage.Append.class,
            List.of((c, t, f) -> new FileMessage.Append(c, t, f, 0, bytes(5)))),
        Map.entry(
            FileMessage.Read.class,
            List.of(
                (c, t, f) -> new FileMessage.Read(c, t, f, 0, 100),
                (c, t, f) -> new FileMessage.Read(c, t, f, 100_000, 100))),
        Map.entry(
            FileMessage.IssueTicket.class,
            List.of(
                (c, t, f) ->
                    new FileMessage.IssueTicket(c, t, f, FileMessage.Purpose.DOWNLOAD, 1_000),
                (c, t, f) ->
                    new FileMessage.IssueTicket(c, t, f, FileMessage.Purpose.UPLOAD, 1_000))),
        Map.entry(
            FileMessage.Copy.class, List.of((c, t, f) -> new FileMessage.Copy(c, t, f, "mine"))),
        Map.entry(FileMessage.Delete.class, List.of(FileMessage.Delete::new)),
        Map.entry(
            TransferMessage.Claim.class,
            List.of(
                (c, t, f) -> new TransferMessage.Claim(c, t, f, 0),
                (c, t, f) -> new TransferMessage.Claim(c, t, f, 7))),
        Map.entry(
            TransferMessage.Advance.class,
            List.of((c, t, f) -> new TransferMessage.Advance(c, t, f, 1, 1, 10, true, null))),
        Map.entry(TransferMessage.Locate.class, List.of(TransferMessage.Locate::new)));
  }

  /** These name no file; what differs is what there is in the tenant. */
  private Map<Class<?>, List<Question>> ofTenants() {
    String other = tenant + "~" + "0".repeat(40);
    return Map.ofEntries(
        Map.entry(
            FileMessage.Create.class,
            List.of((c, t, f) -> new FileMessage.Create(c, t, FileSpec.of("x", 1).ownedBy("ann")))),
        Map.entry(
            TransferMessage.Begin.class,
            List.of(
                (c, t, f) -> new TransferMessage.Begin(c, t, FileSpec.of("x", 1).ownedBy("ann")))),
        Map.entry(
            FileMessage.ListFiles.class,
            List.of(
                (c, t, f) -> new FileMessage.ListFiles(c, t, "ann", null, "", "", 10),
                (c, t, f) -> new FileMessage.ListFiles(c, t, "ann", "s1", "sec", "", 10))),
        Map.entry(
            FileMessage.EraseTenant.class,
            List.of(
                (c, t, f) -> new FileMessage.EraseTenant(c, t),
                (c, t, f) -> new FileMessage.EraseTenant(c, t, "ann", null))),
        Map.entry(
            TransferMessage.Redeem.class,
            List.of(
                (c, t, f) ->
                    new TransferMessage.Redeem(
                        c, t, f.equals(NEVER) ? other : ticket, FileMessage.Purpose.DOWNLOAD))),
        Map.entry(TransferMessage.Audit.class, List.of((c, t, f) -> new TransferMessage.Audit(c))));
  }

  static Stream<Class<?>> messages() {
    return permitted(FileMessage.class).stream();
  }

  private static Set<Class<?>> permitted(Class<?> type) {
    Set<Class<?>> records = new HashSet<>();
    for (Class<?> part : type.getPermittedSubclasses()) {
      records.addAll(part.isSealed() ? permitted(part) : Set.of(part));
    }
    return records;
  }

  @Test
  void thereIsAQuestionForEveryMessage() {
    assertEquals(permitted(FileMessage.class), questions().keySet());
  }

  @ParameterizedTest
  @MethodSource("messages")
  void whatIsSomebodyElsesIsAnsweredAsWhatNeverWas(Class<?> message) {
    for (Question question : questions().get(message)) {
      for (Caller outsider : outsiders()) {
        String never = answer(question.of(outsider, tenant, NEVER));
        String neverTenant = answer(question.of(outsider, "t" + NEVER, NEVER));
        for (String target : List.of(file.file(), upload.file())) {
          String asked = message.getSimpleName() + " by " + outsider;
          assertEquals(never, answer(question.of(outsider, tenant, target)), asked);
          if (!outsider.actsFor(tenant)) {
            assertEquals(neverTenant, answer(question.of(outsider, tenant, target)), asked);
          }
        }
      }
    }
    unharmed();
  }

  /** Otherwise everything could be answered alike because nothing works. */
  @Test
  void theOwnerAndTheTenantsServicesGetIn() {
    for (Caller insider : List.of(ann, FilesNode.service(tenant), FilesNode.OPERATOR)) {
      assertEquals(file, node.stat(insider, file));
      assertArrayEquals(CONTENT, node.read(insider, file));
      assertEquals(
          file.file(),
          await(node.client.ask(new TransferMessage.Locate(insider, tenant, file.file())))
              .file()
              .file());
      assertNotEquals(List.of(), node.names(insider, tenant, "secret"));
    }
    var redeem =
        new TransferMessage.Redeem(
            FilesNode.service(tenant), tenant, ticket, FileMessage.Purpose.DOWNLOAD);
    assertEquals(file.file(), await(node.client.ask(redeem)).file());
  }

  /** Where one's own file has the id, and where the tenant alone is another. */
  @Test
  void anIdOpensNothingInAnotherTenant() {
    Caller.User there = user(elsewhere, "ann");

    assertEquals(
        answer(new FileMessage.Stat(there, elsewhere, NEVER)),
        answer(new FileMessage.Stat(there, elsewhere, file.file())));
  }

  @Test
  void aUserMakesFilesOnlyForItselfAndOnlyWithPermission() {
    var permitted = user(tenant, "bob");
    var bare = new Caller.User(tenant, "bob", Set.of(), Set.of("create:files", "creates:file"));
    FileSpec spec = FileSpec.of("x", 1);

    assertEquals("bob", await(create(permitted, spec)).owner());
    assertEquals("bob", await(create(permitted, spec.ownedBy("bob"))).owner());
    assertEquals(FORBIDDEN, answer(new FileMessage.Create(permitted, tenant, spec.ownedBy("ann"))));
    assertEquals(FORBIDDEN, answer(new FileMessage.Create(bare, tenant, spec)));
    assertEquals(
        "BAD_REQUEST owner: missing",
        answer(new FileMessage.Create(FilesNode.service(tenant), tenant, spec)));
  }

  @Test
  void aTicketIsOfItsOwnTenantAlone() {
    assertEquals(tenant, ticket.substring(0, ticket.indexOf('~')));
    assertTrue(ticket.substring(ticket.indexOf('~') + 1).matches("[A-Za-z0-9_-]{40}"), ticket);
    assertFalse(ticket.contains("null"), ticket);
    for (Caller redeemer : List.of(FilesNode.service(elsewhere), FilesNode.OPERATOR)) {
      var asked =
          new TransferMessage.Redeem(redeemer, elsewhere, ticket, FileMessage.Purpose.DOWNLOAD);
      assertEquals("NOT_FOUND There is no such thing.", answer(asked));
    }
  }

  @Test
  void onlyWhoMayEraseErases() {
    var user = new Caller.User(elsewhere, "bob", Set.of(), Set.of("erase:files"));
    var service = new Caller.Service("svc", "1", Set.of(elsewhere), Set.of("erase:files"));

    assertEquals(FORBIDDEN, answer(new FileMessage.EraseTenant(user, tenant)));
    assertEquals(FORBIDDEN, answer(new FileMessage.EraseTenant(service, tenant)));
    assertEquals(FORBIDDEN, answer(new FileMessage.EraseTenant(FilesNode.service(tenant), tenant)));
    assertEquals(FORBIDDEN, answer(new TransferMessage.Audit(service)));
    assertEquals(
        FORBIDDEN,
        answer(
            new TransferMessage.Audit(
                new Caller.Service("svc", "1", Set.of("*"), Set.of("erase:file")))));
    assertEquals(
        new FileAnswer.Erased(0, false, null),
        await(node.client.ask(new FileMessage.EraseTenant(service, elsewhere))));
    unharmed();
  }

  private static final String FORBIDDEN = "FORBIDDEN Not permitted.";

  private List<Caller> outsiders() {
    return List.of(
        user(tenant, "mallory"),
        user(elsewhere, "ann"),
        FilesNode.service(elsewhere),
        new Caller.Service("none", "1", Set.of(), Set.of("*", "erase:files", "create:file")),
        new Caller.User(tenant, "eve", Set.of("admin"), Set.of("read:*", "files:*", "request:*")),
        new Caller.User(elsewhere, "eve", Set.of("admin"), Set.of("*")));
  }

  private void unharmed() {
    assertEquals(file, node.stat(ann, file));
    assertEquals(upload.offset(), node.stat(ann, upload).offset());
    assertArrayEquals(CONTENT, node.read(ann, file));
  }

  private Future<FileView> create(Caller caller, FileSpec spec) {
    return node.client.ask(new FileMessage.Create(caller, tenant, spec));
  }

  /** The bytes of the answer, or of the refusal. */
  private <A> String answer(FileMessage<A> message) {
    try {
      A answer = await(node.bus.askLocal("files", message, java.time.Duration.ofSeconds(10)));
      Buffer wire = Buffer.buffer();
      new dev.holdfast.core.bus.BusCodec().encodeToWire(wire, (BusValue) answer);
      return wire.toString(java.nio.charset.StandardCharsets.ISO_8859_1);
    } catch (HoldfastException e) {
      return e.code() + " " + e.getMessage();
    }
  }
}
