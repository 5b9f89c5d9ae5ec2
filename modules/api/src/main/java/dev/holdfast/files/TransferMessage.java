package dev.holdfast.files;

import dev.holdfast.core.Caller;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.Names;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Requests of those who move content themselves, because they reach the storage: a node's HTTP
 * edge, by {@code Transfers}. Checked as all {@link FileMessage}s are.
 */
public sealed interface TransferMessage<A> extends FileMessage<A> {
  /**
   * Begins a file, as {@link FileMessage.Create} does, for who has its bytes at hand: it is claimed
   * as soon as it is made.
   */
  record Begin(Caller caller, String tenant, FileSpec spec)
      implements TransferMessage<FileAnswer.Grant> {
    public Begin {
      FileMessage.checked(caller, tenant);
      FileMessage.check(spec != null, "spec: missing");
    }

    @Override
    public <R> R dispatch(Handler<R> handler) {
      return handler.begin(this);
    }
  }

  /**
   * Takes an upload over, whoever writes to it now: nothing that an earlier writer does afterwards
   * takes effect. CONFLICT if it does not stand at this offset.
   *
   * @param offset from 0
   */
  record Claim(Caller caller, String tenant, String file, long offset)
      implements TransferMessage<FileAnswer.Grant> {
    public Claim {
      FileMessage.checked(caller, tenant, file);
      FileMessage.check(offset >= 0, "offset: from 0");
    }

    @Override
    public <R> R dispatch(Handler<R> handler) {
      return handler.claim(this);
    }
  }

  /**
   * Commits what was written; with the last byte, and {@code closed}, the file is made ready.
   * FENCED if somebody else has claimed the upload.
   *
   * @param partLength bytes of the part that are on the disk
   * @param closed whether this writer is done with the part
   * @param sha256 of the whole content, if the writer knows it
   */
  record Advance(
      Caller caller,
      String tenant,
      String file,
      long generation,
      long part,
      long partLength,
      boolean closed,
      @Nullable String sha256)
      implements TransferMessage<FileAnswer.Advanced> {
    public Advance {
      FileMessage.checked(caller, tenant, file);
      FileMessage.check(generation >= 1 && part >= 1 && partLength >= 0, "advance: not valid");
    }

    /** Makes the message of a writer that was granted the upload. */
    public static Advance of(
        Caller caller,
        FileAnswer.Grant grant,
        long partLength,
        boolean closed,
        @Nullable String sha256) {
      FileView file = grant.file();
      return new Advance(
          caller,
          file.tenant(),
          file.file(),
          grant.generation(),
          grant.part(),
          partLength,
          closed,
          sha256);
    }

    @Override
    public Duration patience(Duration usual) {
      return closed ? WHOLE_CONTENT : usual;
    }

    @Override
    public <R> R dispatch(Handler<R> handler) {
      return handler.advance(this);
    }
  }

  /** Locates the content of a file that is ready. */
  record Locate(Caller caller, String tenant, String file)
      implements TransferMessage<FileAnswer.Located> {
    public Locate {
      FileMessage.checked(caller, tenant, file);
    }

    @Override
    public <R> R dispatch(Handler<R> handler) {
      return handler.locate(this);
    }
  }

  /**
   * Reads a ticket; NOT_FOUND if it is none, or has another purpose. For services: an edge asks
   * this when somebody shows a ticket instead of a token.
   *
   * @param tenant that the ticket names, see {@link #tenantOf}
   */
  record Redeem(Caller caller, String tenant, String ticket, Purpose purpose)
      implements TransferMessage<FileAnswer.Redeemed> {
    public Redeem {
      FileMessage.checked(caller, tenant, "ticket");
      FileMessage.check(ticket != null && ticket.length() <= 200, "ticket: not valid");
      FileMessage.check(purpose != null, "purpose: missing");
    }

    /**
     * Returns the tenant that a ticket names, unchecked.
     *
     * @throws HoldfastException NOT_FOUND if it can't be a ticket
     */
    public static String tenantOf(String ticket) {
      try {
        return Names.tenant(ticket.substring(0, Math.max(0, ticket.indexOf('~'))));
      } catch (RuntimeException e) {
        throw new HoldfastException(ErrorCode.NOT_FOUND, "file: there is none");
      }
    }

    @Override
    public <R> R dispatch(Handler<R> handler) {
      return handler.redeem(this);
    }
  }

  /**
   * Compares all records, reservations and content; what is old enough and of no file is removed.
   * For services that act for all tenants and have the permission {@code erase:files}.
   */
  record Audit(Caller caller) implements TransferMessage<AuditReport> {
    public Audit {
      FileMessage.check(caller != null, "caller: missing");
    }

    /** All. */
    @Override
    public String tenant() {
      return "*";
    }

    @Override
    public Duration patience(Duration usual) {
      return WHOLE_CONTENT;
    }

    @Override
    public <R> R dispatch(Handler<R> handler) {
      return handler.audit(this);
    }
  }
}
