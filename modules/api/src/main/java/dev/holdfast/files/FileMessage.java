package dev.holdfast.files;

import dev.holdfast.core.Caller;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.Names;
import dev.holdfast.core.ServiceMessage;
import dev.holdfast.tokens.TokenOrigin;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Requests to the files service. Immutable; each carries who asks and names the tenant, and is
 * checked there: a user sees and changes its own files, a service those of the tenants that it acts
 * for. What is not the caller's is answered exactly as what never was: NOT_FOUND. Each is safe to
 * send again, but {@link Create} and {@link Copy}, which make another file.
 */
public sealed interface FileMessage<A> extends ServiceMessage<A>
    permits FileMessage.Create,
        FileMessage.Append,
        FileMessage.Stat,
        FileMessage.ListFiles,
        FileMessage.Read,
        FileMessage.IssueTicket,
        FileMessage.Copy,
        FileMessage.Delete,
        FileMessage.EraseTenant,
        TransferMessage {
  /** The service's address on the bus. */
  String ADDRESS = "files";

  @Override
  default String address() {
    return ADDRESS;
  }

  /** The longest wait for an answer that needs whole content to be read, written or removed. */
  Duration WHOLE_CONTENT = Duration.ofMinutes(10);

  /** The longest life of a ticket. */
  Duration LONGEST_TICKET = Duration.ofDays(1);

  /** Most bytes that one message carries. */
  int MAX_CHUNK = 256 * 1024;

  /** Most files in a page. */
  int MAX_PAGE = 200;

  Caller caller();

  String tenant();

  /**
   * Begins a file: its size is reserved, nothing is visible yet. Takes the permission {@code
   * create:file} of a user. FORBIDDEN without, or for somebody else; LIMIT_EXCEEDED beyond the
   * tenant's quota, TOO_LARGE beyond its largest file.
   */
  record Create(Caller caller, String tenant, FileSpec spec) implements FileMessage<FileView> {
    public Create {
      checked(caller, tenant);
      Objects.requireNonNull(spec, "spec");
    }

    @Override
    public <R> R dispatch(Handler<R> handler) {
      return handler.create(this);
    }
  }

  /**
   * Adds bytes to an upload; with the last one the file is ready. Sent again, it changes nothing
   * and answers where the upload stands. CONFLICT if the offset is ahead of it.
   *
   * @param bytes 1 to {@link #MAX_CHUNK}
   */
  record Append(Caller caller, String tenant, String file, long offset, byte[] bytes)
      implements FileMessage<FileAnswer.Advanced> {
    public Append {
      checked(caller, tenant, file);
      check(offset >= 0, "offset: from 0");
      check(bytes.length >= 1 && bytes.length <= MAX_CHUNK, "bytes: 1 to " + MAX_CHUNK);
    }

    @Override
    public int weight() {
      return bytes.length;
    }

    @Override
    public Duration patience(Duration usual) {
      return WHOLE_CONTENT;
    }

    @Override
    public <R> R dispatch(Handler<R> handler) {
      return handler.append(this);
    }
  }

  /** Reads the properties of a file. */
  record Stat(Caller caller, String tenant, String file) implements FileMessage<FileView> {
    public Stat {
      checked(caller, tenant, file);
    }

    @Override
    public boolean repeatable() {
      return true;
    }

    @Override
    public <R> R dispatch(Handler<R> handler) {
      return handler.stat(this);
    }
  }

  /**
   * Lists files that are ready, by name. A user sees its own only.
   *
   * @param owner whose; none: a user's own, for a service everybody's
   * @param session only those that belong to it; none: all
   * @param prefix what their names begin with
   * @param after of the page before, or empty
   * @param limit 1 to {@link #MAX_PAGE}; a page may be shorter and yet not the last
   */
  record ListFiles(
      Caller caller,
      String tenant,
      @Nullable String owner,
      @Nullable String session,
      String prefix,
      String after,
      int limit)
      implements FileMessage<FileAnswer.Page> {
    public ListFiles {
      checked(caller, tenant);
      if (owner != null) {
        Names.user(owner);
      }
      if (session != null) {
        Names.id(session, "session");
      }
      prefix = FileNames.prefix(prefix);
      after = after == null ? "" : after;
      check(limit >= 1 && limit <= MAX_PAGE, "limit: 1 to " + MAX_PAGE);
    }

    @Override
    public boolean repeatable() {
      return true;
    }

    @Override
    public <R> R dispatch(Handler<R> handler) {
      return handler.list(this);
    }
  }

  /**
   * Reads a range. A reader asks for the next when it has taken the last: nothing is sent unasked.
   *
   * @param offset 0 to the file's size; RANGE_INVALID beyond
   * @param length 1 to {@link #MAX_CHUNK}
   */
  record Read(Caller caller, String tenant, String file, long offset, int length)
      implements FileMessage<FileAnswer.Chunk> {
    public Read {
      checked(caller, tenant, file);
      check(offset >= 0, "offset: from 0");
      check(length >= 1 && length <= MAX_CHUNK, "length: 1 to " + MAX_CHUNK);
    }

    @Override
    public boolean repeatable() {
      return true;
    }

    @Override
    public <R> R dispatch(Handler<R> handler) {
      return handler.read(this);
    }
  }

  /** The use of a ticket. */
  enum Purpose {
    DOWNLOAD,
    UPLOAD
  }

  /**
   * Makes a link that needs no token. It is bound to tenant, user and file, and ends with the
   * revocation of its token, or of that token's user or tenant.
   *
   * @param lifeMs 1 s to {@link #LONGEST_TICKET}
   * @param by the token of who asks; none: it came by none, and the file's owner counts
   */
  record IssueTicket(
      Caller caller,
      String tenant,
      String file,
      Purpose purpose,
      long lifeMs,
      @Nullable TokenOrigin by)
      implements FileMessage<FileAnswer.Ticket> {
    /** Makes the message of who has no token. */
    public IssueTicket(Caller caller, String tenant, String file, Purpose purpose, long lifeMs) {
      this(caller, tenant, file, purpose, lifeMs, null);
    }

    public IssueTicket {
      checked(caller, tenant, file);
      Objects.requireNonNull(purpose, "purpose");
      check(lifeMs >= 1_000 && lifeMs <= LONGEST_TICKET.toMillis(), "life: 1 s to 1 day");
    }

    @Override
    public <R> R dispatch(Handler<R> handler) {
      return handler.issueTicket(this);
    }
  }

  /**
   * Copies a file that is ready; takes {@code create:file} of a user.
   *
   * @param name of the copy; none: the same
   */
  record Copy(Caller caller, String tenant, String file, @Nullable String name)
      implements FileMessage<FileView> {
    public Copy {
      checked(caller, tenant, file);
      name = name == null ? null : FileNames.checked(name);
    }

    @Override
    public Duration patience(Duration usual) {
      return WHOLE_CONTENT;
    }

    @Override
    public <R> R dispatch(Handler<R> handler) {
      return handler.copy(this);
    }
  }

  /** Ends a file or an upload; when it is answered the content is gone. */
  record Delete(Caller caller, String tenant, String file) implements FileMessage<FileAnswer.Done> {
    public Delete {
      checked(caller, tenant, file);
    }

    @Override
    public <R> R dispatch(Handler<R> handler) {
      return handler.delete(this);
    }
  }

  /**
   * Ends all files and uploads of a tenant or of one of its users, some at a time; takes the
   * permission {@code erase:files}. Their owners get no notice of it.
   *
   * @param user whose; none: everybody's
   * @param after what the answer before gave as {@code next}; none: begin
   */
  record EraseTenant(Caller caller, String tenant, @Nullable String user, @Nullable String after)
      implements FileMessage<FileAnswer.Erased> {
    /** Makes the message that begins to end everybody's. */
    public EraseTenant(Caller caller, String tenant) {
      this(caller, tenant, null, null);
    }

    public EraseTenant {
      checked(caller, tenant);
      if (user != null) {
        Names.user(user);
      }
      if (after != null && !after.matches("[0-9]{1,20}")) {
        throw HoldfastException.withPublicMessage(
            ErrorCode.BAD_REQUEST, "after: not of an erasure");
      }
    }

    @Override
    public Duration patience(Duration usual) {
      return WHOLE_CONTENT;
    }

    @Override
    public <R> R dispatch(Handler<R> handler) {
      return handler.eraseTenant(this);
    }
  }

  /** Has one method per message, so that the compiler finds a case that was forgotten. */
  interface Handler<R> {
    R create(Create message);

    R append(Append message);

    R stat(Stat message);

    R list(ListFiles message);

    R read(Read message);

    R issueTicket(IssueTicket message);

    R copy(Copy message);

    R delete(Delete message);

    R eraseTenant(EraseTenant message);

    R begin(TransferMessage.Begin message);

    R claim(TransferMessage.Claim message);

    R advance(TransferMessage.Advance message);

    R locate(TransferMessage.Locate message);

    R redeem(TransferMessage.Redeem message);

    R audit(TransferMessage.Audit message);
  }

  <R> R dispatch(Handler<R> handler);

  static void checked(Caller caller, String tenant) {
    Objects.requireNonNull(caller, "caller");
    Names.tenant(tenant);
  }

  static void checked(Caller caller, String tenant, String file) {
    checked(caller, tenant);
    Names.id(file, "file");
  }

  static void check(boolean holds, String problem) {
    if (!holds) {
      throw HoldfastException.withPublicMessage(ErrorCode.BAD_REQUEST, problem);
    }
  }
}
