package dev.holdfast.files.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.core.Caller;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.files.FileAnswer;
import dev.holdfast.files.FileMessage;
import dev.holdfast.files.FileSpec;
import dev.holdfast.files.FileView;
import dev.holdfast.files.config.TenantFiles;
import dev.holdfast.files.records.Tickets;
import dev.holdfast.redis.FileKeys;
import dev.holdfast.testkit.RedisExtension;
import dev.holdfast.testkit.TestRedis;
import io.vertx.core.Future;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * A user has a share of its tenant's files. Once one user could take all of them: 20 of 20 by empty
 * uploads, each kept for a day.
 */
@ExtendWith(RedisExtension.class)
class UserShareIT {
  @TempDir Path folder;
  private final String tenant = FilesNode.tenant();
  private final Caller.User ann = FilesNode.user(tenant, "ann");
  private final Caller.User bob = FilesNode.user(tenant, "bob");
  private FilesNode node;

  @BeforeEach
  void start(TestRedis redis) {
    var limits = new TenantFiles(10_000, 20, 10_000, List.of(), 0);
    node = FilesNode.first(redis.uri(), FilesNode.limited(folder.resolve("files"), limits));
  }

  @AfterEach
  void stop() {
    node.close();
  }

  @Test
  void oneUserHasHalfOfTheTenantsFilesAndLeavesTheOthers() {
    FileView first = node.begin(ann, "0", 0);
    for (int i = 1; i < 10; i++) {
      node.begin(ann, "" + i, 1);
    }
    assertRefused(ann, ann.user(), 1);
    for (int i = 0; i < 10; i++) {
      node.begin(bob, "" + i, 1);
    }
    node.delete(ann, first);
    assertRefused(bob, bob.user(), 1);
    node.begin(ann, "again", 1);
  }

  @Test
  void itsBytesAreCountedAsWell() {
    FileView large = node.begin(ann, "large", 5_000);
    assertRefused(ann, ann.user(), 1);
    node.delete(ann, large);
    node.begin(ann, "small", 4_999);
    node.begin(ann, "smaller", 1);
    assertRefused(ann, ann.user(), 1);
    node.begin(bob, "other", 5_000);
  }

  /** An agent's files are the tenant's own affair. */
  @Test
  void aServiceMayMakeMoreForAUserAndThatCounts() {
    Caller.Service service = FilesNode.service(tenant);
    for (int i = 0; i < 12; i++) {
      FilesNode.await(create(service, "ann", 1));
    }
    assertRefused(ann, ann.user(), 1);
    node.begin(bob, "fits", 1);
  }

  /** Each took two keys of Redis for up to a day, and 500 a second could be made. */
  @Test
  void aUserHasSoManyTicketsAndOthersHaveTheirOwn() {
    FileView file = node.put(ann, "shared", new byte[10]);
    FileView bobs = node.put(bob, "bobs", new byte[10]);
    String places = FileKeys.ticketPlaces(tenant, "ann");
    String fill = "for i = 1, ARGV[1] do redis.call('ZADD', KEYS[1], 1e15, 'p' .. i) end";
    node.redis("EVAL", fill, 1, places, Tickets.MOST_OF_USER - 1);
    node.redis("ZADD", places, 1, "long over");

    FilesNode.await(ticket(ann, file));
    assertEquals(ErrorCode.RATE_LIMITED, FilesNode.code(ticket(ann, file)));
    FilesNode.await(ticket(bob, bobs));
    FilesNode.await(ticket(FilesNode.service(tenant), file));

    assertEquals(Tickets.MOST_OF_USER, node.redis("ZCARD", places).asLong(), "none that is over");
    node.redis("ZADD", places, 1, "p1");
    FilesNode.await(ticket(ann, file));
    assertEquals(ErrorCode.RATE_LIMITED, FilesNode.code(ticket(ann, file)));
    assertTrue(node.redis("PTTL", places).asLong() > 0);
  }

  @Test
  void aTicketThatCannotBeWrittenTakesNoPlace() {
    FileView file = node.put(ann, "shared", new byte[10]);
    node.redis("ACL", "SETUSER", "default", "-set");
    try {
      FilesNode.code(ticket(ann, file));
    } finally {
      node.redis("ACL", "SETUSER", "default", "+set");
    }

    String places = FileKeys.ticketPlaces(tenant, "ann");
    assertEquals(0, node.redis("ZCARD", places).asLong());
    FilesNode.await(ticket(ann, file));
    assertEquals(1, node.redis("ZCARD", places).asLong());
  }

  private Future<FileAnswer.Ticket> ticket(Caller caller, FileView file) {
    var download = FileMessage.Purpose.DOWNLOAD;
    return node.client.ask(
        new FileMessage.IssueTicket(caller, tenant, file.file(), download, 60_000));
  }

  private Future<FileView> create(Caller caller, String owner, long size) {
    var spec = new FileSpec("x", size, null, null, owner, null, null, 0);
    return node.client.ask(new FileMessage.Create(caller, tenant, spec));
  }

  private void assertRefused(Caller caller, String owner, long size) {
    var refused =
        assertThrows(HoldfastException.class, () -> FilesNode.await(create(caller, owner, size)));
    assertEquals(ErrorCode.LIMIT_EXCEEDED, refused.code());
    assertTrue(refused.getMessage().contains("share"), refused.getMessage());
  }
}
