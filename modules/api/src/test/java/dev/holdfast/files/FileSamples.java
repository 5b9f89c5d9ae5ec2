package dev.holdfast.files;

import dev.holdfast.core.BusValue;
import dev.holdfast.core.Caller;
import dev.holdfast.tokens.TokenOrigin;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** One of each message of files. */
public final class FileSamples {
  private static final Caller.User ANN =
      new Caller.User("acme", "ann", Set.of("r"), Set.of("create:file"));
  private static final TokenOrigin BY =
      new TokenOrigin("acme", "ann", 1_760_000_000, "j1", "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NM");
  private static final byte[] BYTES = {1, 2, -1};
  private static final String SHA256 = "0f".repeat(32);
  private static final FileSpec SPEC =
      new FileSpec("a.txt", 3, "text/plain", SHA256, "ann", "s1", "r1", 1_000);
  private static final FileView VIEW =
      new FileView(
          "acme",
          "f1",
          "ann",
          "s1",
          "r1",
          "a.txt",
          3,
          3,
          SHA256,
          "text/plain",
          "text/plain",
          true,
          2,
          99,
          0);

  private FileSamples() {}

  public static Stream<BusValue> all() {
    return Stream.of(requests(), transfers(), answers()).flatMap(each -> each);
  }

  private static Stream<BusValue> requests() {
    return Stream.of(
        SPEC,
        new FileMessage.Create(ANN, "acme", SPEC),
        new FileMessage.Append(ANN, "acme", "f1", 0, BYTES),
        new FileMessage.Stat(ANN, "acme", "f1"),
        new FileMessage.ListFiles(ANN, "acme", "ann", "s1", "a", "", 10),
        new FileMessage.Read(ANN, "acme", "f1", 0, 3),
        new FileMessage.IssueTicket(ANN, "acme", "f1", FileMessage.Purpose.DOWNLOAD, 1_000, BY),
        new FileMessage.Copy(ANN, "acme", "f1", "b.txt"),
        new FileMessage.Delete(ANN, "acme", "f1"),
        new FileMessage.EraseTenant(ANN, "acme", "ann", "7"));
  }

  private static Stream<BusValue> transfers() {
    return Stream.of(
        new TransferMessage.Begin(ANN, "acme", SPEC),
        new TransferMessage.Claim(ANN, "acme", "f1", 0),
        new TransferMessage.Advance(ANN, "acme", "f1", 1, 1, 3, true, SHA256),
        new TransferMessage.Locate(ANN, "acme", "f1"),
        new TransferMessage.Redeem(ANN, "acme", "t1", FileMessage.Purpose.UPLOAD),
        new TransferMessage.Audit(ANN));
  }

  private static Stream<BusValue> answers() {
    return Stream.of(
        VIEW,
        new AuditReport(1, 2, 3, 4, 5, 6, 7, 8),
        new FileAnswer.Done(),
        new FileAnswer.Page(List.of(VIEW), "f1"),
        new FileAnswer.Chunk(BYTES, 3),
        new FileAnswer.Ticket("t1", 99),
        new FileAnswer.Redeemed(ANN, "acme", "f1", BY),
        BY,
        new FileAnswer.Erased(1, true, "7"),
        new FileAnswer.Grant(VIEW, "c1", 1, 1, 0, 0),
        new FileAnswer.Advanced(3, VIEW),
        new FileAnswer.Located(VIEW, "c1"));
  }
}
