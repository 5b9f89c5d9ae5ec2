package dev.holdfast.files.service;

import static dev.holdfast.files.service.FilesNode.await;
import static dev.holdfast.files.service.FilesNode.bytes;
import static dev.holdfast.files.service.FilesNode.code;
import static dev.holdfast.files.service.FilesNode.user;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.core.Caller;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.files.FileAnswer;
import dev.holdfast.files.FileMessage;
import dev.holdfast.files.FileView;
import dev.holdfast.files.TransferMessage;
import dev.holdfast.files.storage.FileStorage;
import dev.holdfast.files.storage.FolderStorage;
import dev.holdfast.files.storage.Part;
import dev.holdfast.files.storage.PartWriter;
import dev.holdfast.redis.FileKeys;
import dev.holdfast.testkit.OwnRedis;
import dev.holdfast.testkit.RedisExtension;
import dev.holdfast.testkit.TestRedis;
import io.vertx.core.file.AsyncFile;
import io.vertx.core.file.OpenOptions;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** An erasure of files, and what is under way meanwhile: nothing of it comes back. */
@ExtendWith(RedisExtension.class)
class ErasedFilesIT {
  @TempDir Path folder;
  @TempDir Path elsewhere;

  private final String tenant = FilesNode.tenant();
  private final Caller.User ann = user(tenant, "ann");
  private static String redis;
  private FilesNode node;

  @BeforeAll
  static void startRedis(@OwnRedis TestRedis server) {
    redis = server.uri();
  }

  @AfterEach
  void stop() {
    node.close();
  }

  private void start() {
    node = FilesNode.first(redis, FilesNode.quiet(folder));
  }

  @Test
  void aUsersFilesAreErasedAndNoOther() {
    start();
    Caller.User bob = user(tenant, "bob");
    FileView stays = node.put(bob, "stays", bytes(10));
    for (int i = 0; i < 3; i++) {
      node.put(ann, "file-" + i, bytes(10));
    }
    node.begin(ann, "upload", 10);
    node.events.clear();

    assertEquals(new FileAnswer.Erased(4, false, null), erase("ann"));

    assertEquals(List.of(10L, 1L), node.quota(tenant));
    assertEquals(stays, node.stat(bob, stays));
    await().until(() -> node.keysOf(tenant).stream().noneMatch(key -> key.contains("u:ann")));
    assertEquals(List.of(), node.events, "it wrote to the channel of who is erased");
    assertEquals(1, stored());
    assertEquals(new FileAnswer.Erased(1, false, null), erase(null));
    assertEquals(List.of(), node.redis("SMEMBERS", "hf:ftenants:{files}").list());
  }

  @Test
  void manyAreErasedByStepsThatEnd() {
    start();
    for (int i = 0; i < 250; i++) {
      node.begin(user(tenant, i % 5 == 0 ? "bob" : "ann"), "upload-" + i, 1);
    }
    assertEquals(50, erasedInSteps("bob"));
    assertEquals(List.of(200L, 200L), node.quota(tenant));
  }

  /** Each step walked through the tenant's files from the beginning. */
  @Test
  void aStepGoesOnWhereTheOneBeforeHasEnded() {
    start();
    List<Object> entries = new ArrayList<>();
    entries.addAll(List.of(FileKeys.fileQuota(tenant), "#bytes", 3_300, "#count", 3_300));
    for (int i = 0; i < 3_300; i++) {
      String owner = i % 11 == 0 ? "bob" : "ann";
      entries.addAll(List.of("f" + i, "1\n" + owner + "\n\nname" + i));
    }
    node.redis("HSET", entries.toArray());
    node.redis("CONFIG", "RESETSTAT");

    assertEquals(300, erasedInSteps("bob"));
    String walked = node.redis("INFO", "commandstats").asText();
    int calls = Integer.parseInt(walked.replaceAll("(?s).*cmdstat_hscan:calls=([0-9]+).*", "$1"));
    assertTrue(calls < 60, calls + " pages of 100 entries");
    assertEquals(List.of(3_000L, 3_000L), node.quota(tenant));
  }

  private int erasedInSteps(String user) {
    FileAnswer.Erased step = erase(user);
    int erased = step.erased();
    while (step.more()) {
      step = erase(user, step.next());
      erased += step.erased();
    }
    return erased;
  }

  /** The part of an upload that went on stayed for a day. */
  @Test
  void whatAnUploadWritesLateGoesWithIt() throws Exception {
    start();
    FileView upload = node.begin(ann, "late", 10);
    var claim = new TransferMessage.Claim(ann, tenant, upload.file(), 0);
    FileAnswer.Grant grant = await(node.client.ask(claim));
    erase(null);
    await().until(() -> node.keysOf(tenant).isEmpty());

    String sent = Files.write(elsewhere.resolve("body"), bytes(10)).toString();
    AsyncFile body = await(node.vertx.fileSystem().open(sent, new OpenOptions()));
    body.pause();
    assertEquals(ErrorCode.NOT_FOUND, code(node.transfers.receive(ann, grant, body, null)));
    assertEquals(0, stored());
  }

  /** The content of a file that was sealed as its record went stayed for a day. */
  @Test
  void whatIsSealedLateGoesWithIt() throws Exception {
    FileStorage storage = FolderStorage.open(folder);
    byte[] bytes = bytes(10);
    node = FilesNode.first(redis, FilesNode.quiet(folder), sealingLate(storage, bytes));
    FileView upload = node.begin(ann, "late", 10);

    var all = new FileMessage.Append(ann, tenant, upload.file(), 0, bytes);
    assertEquals(ErrorCode.NOT_FOUND, code(node.client.ask(all)));

    await().until(() -> stored() == 0);
    assertEquals(List.of(), node.keysOf(tenant));
  }

  /** Its content comes when the erasure is over. */
  private FileStorage sealingLate(FileStorage storage, byte[] bytes) {
    return (FileStorage)
        Proxy.newProxyInstance(
            FileStorage.class.getClassLoader(),
            new Class<?>[] {FileStorage.class},
            (proxy, method, args) -> {
              if (method.getName().equals("seal")) {
                erase(null);
                await().until(() -> node.keysOf(tenant).isEmpty());
                String content = (String) args[0];
                try (PartWriter writer = storage.append(content, 9, 0)) {
                  writer.write(new ByteBuffer[] {ByteBuffer.wrap(bytes)});
                }
                return storage.seal(content, List.of(new Part(9, bytes.length)), true, null);
              }
              try {
                return method.invoke(storage, args);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  private FileAnswer.Erased erase(String user) {
    return erase(user, null);
  }

  private FileAnswer.Erased erase(String user, String after) {
    return await(
        node.client.ask(new FileMessage.EraseTenant(FilesNode.OPERATOR, tenant, user, after)));
  }

  /** Files of the storage, but for its mark. */
  private long stored() {
    try (Stream<Path> found = Files.walk(folder)) {
      return found.filter(Files::isRegularFile).count() - 1;
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
