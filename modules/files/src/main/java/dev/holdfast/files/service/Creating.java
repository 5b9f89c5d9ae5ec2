package dev.holdfast.files.service;

import dev.holdfast.core.Caller;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.Ids;
import dev.holdfast.core.bus.ServiceClient;
import dev.holdfast.files.FileAnswer;
import dev.holdfast.files.FileMessage;
import dev.holdfast.files.FileSpec;
import dev.holdfast.files.TransferMessage;
import dev.holdfast.files.records.FileAccess;
import dev.holdfast.files.records.FileKey;
import dev.holdfast.files.records.FileRecord;
import dev.holdfast.sessions.SessionMessage;
import dev.holdfast.sessions.SessionView;
import io.vertx.core.Future;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Begins files: first a due time (so that what is left of a crash is looked at), then the
 * reservation, the indexes, and the record. Confined to the verticle's context.
 */
final class Creating {
  private static final Logger LOG = LoggerFactory.getLogger(Creating.class);

  /** Generation of the first writer, and the part that it writes to. */
  private static final long FIRST = 1;

  private final FileParts parts;
  private final ServiceClient sessions;
  private final Removing removing;

  Creating(FileParts parts, ServiceClient sessions, Removing removing) {
    this.parts = parts;
    this.sessions = sessions;
    this.removing = removing;
  }

  /** A file that nobody writes to yet. */
  Future<FileRecord> create(FileMessage.Create message) {
    return create(message.caller(), message.tenant(), message.spec(), false);
  }

  /** A file that belongs to its first writer at once. */
  Future<FileAnswer.Grant> begin(TransferMessage.Begin message) {
    return create(message.caller(), message.tenant(), message.spec(), true)
        .map(made -> new FileAnswer.Grant(made.view(), made.content(), FIRST, FIRST, 0, 0));
  }

  private Future<FileRecord> create(
      Caller caller, String tenant, FileSpec wanted, boolean claimed) {
    String owner = FileAccess.creates(caller, tenant, wanted.owner());
    FileSpec spec = wanted.ownedBy(owner);
    if (spec.size() > parts.config().of(tenant).largest()) {
      throw HoldfastException.withPublicMessage(
          ErrorCode.TOO_LARGE, "size: more than the tenant's largest");
    }
    boolean byUser = caller instanceof Caller.User;
    return checkSession(caller, tenant, spec, owner)
        .compose(checked -> begin(new FileKey(tenant, Ids.fresh()), spec, byUser, claimed));
  }

  /** A file with these bytes reserved, still without content. The caller has been checked. */
  private Future<FileRecord> begin(FileKey file, FileSpec spec, boolean byUser, boolean claimed) {
    String content = UUID.randomUUID().toString().replace("-", "");
    long retryMs = parts.config().retry().toMillis();
    return parts
        .index()
        .setDueIn(file, retryMs)
        .compose(due -> parts.quota().reserve(file, spec, byUser))
        .compose(now -> make(file, spec, content, now, claimed))
        .onSuccess(made -> parts.metrics().created.increment())
        .onFailure(failure -> undo(file));
  }

  /** Makes the record within half of the time after which the reservation is taken back. */
  private Future<FileRecord> make(
      FileKey file, FileSpec spec, String content, long now, boolean claimed) {
    long deadline = now + parts.config().retry().toMillis() / 2;
    return parts
        .index()
        .add(file, spec, content)
        .compose(listed -> parts.store().create(file, spec, content, deadline, claimed))
        .onSuccess(made -> postpone(file));
  }

  /**
   * Nobody waits for it: if it fails, the sweep looks at the file sooner, and sees that it lives.
   */
  private void postpone(FileKey file) {
    parts
        .index()
        .setDueIn(file, parts.config().uploadIdle().toMillis())
        .onFailure(
            failure ->
                LOG.debug("The sweep looks at file {} soon: {}", file, failure.getMessage()));
  }

  /** Removes what it can; the sweep does the rest. */
  private void undo(FileKey file) {
    removing
        .end(file, "failed", false)
        .onFailure(
            failure ->
                LOG.debug(
                    "The removal of file {} is left to the sweep: {}", file, failure.getMessage()));
  }

  /** Checks that a session is the owner's; another's is answered as one that never was. */
  private Future<Void> checkSession(Caller caller, String tenant, FileSpec spec, String owner) {
    String session = spec.session();
    if (session == null) {
      return Future.succeededFuture();
    }
    return sessions
        .ask(new SessionMessage.Get(caller, tenant, session))
        .compose(found -> ownedBy(owner, found));
  }

  private static Future<Void> ownedBy(String owner, SessionView session) {
    return session.user().equals(owner)
        ? Future.succeededFuture()
        : Future.failedFuture(
            HoldfastException.withPublicMessage(
                ErrorCode.NOT_FOUND, ErrorCode.NOT_FOUND.publicText));
  }
}
