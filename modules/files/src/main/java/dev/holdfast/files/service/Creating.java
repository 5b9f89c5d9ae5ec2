package dev.holdfast.files.service;

import dev.holdfast.files.FileMessage;
import dev.holdfast.files.FileSpec;
import dev.holdfast.files.records.FileAccess;
import dev.holdfast.files.records.FileKey;
import dev.holdfast.files.records.FileRecord;
import dev.holdfast.core.Caller;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.Ids;
import dev.holdfast.sessions.SessionMessage;
import dev.holdfast.sessions.SessionView;
import dev.holdfast.sessions.SessionsClient;
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

  private final FileParts parts;
  private final SessionsClient sessions;
  private final Removing removing;

  Creating(FileParts parts, SessionsClient sessions, Removing removing) {
    this.parts = parts;
    this.sessions = sessions;
    this.removing = removing;
  }

  Future<FileRecord> create(FileMessage.Create message) {
    String tenant = message.tenant();
    String owner = FileAccess.creates(message.caller(), tenant, message.spec().owner());
    FileSpec spec = message.spec().ownedBy(owner);
    if (spec.size() > parts.config().of(tenant).largest()) {
      throw HoldfastException.told(ErrorCode.TOO_LARGE, "size: more than the tenant's largest");
    }
    return checkSession(message.caller(), tenant, spec)
        .compose(
            checked ->
                begin(
                    new FileKey(tenant, Ids.fresh()),
                    spec,
                    message.caller() instanceof Caller.User));
  }

  /** A file with these bytes reserved, still without content. The caller has been checked. */
  private Future<FileRecord> begin(FileKey file, FileSpec spec, boolean byUser) {
    String content = UUID.randomUUID().toString().replace("-", "");
    long retryMs = parts.config().retry().toMillis();
    return parts
        .index()
        .now()
        .compose(now -> parts.index().setDue(file, now + retryMs))
        .compose(due -> parts.quota().reserve(file, spec, byUser))
        .compose(now -> make(file, spec, content, now))
        .onSuccess(made -> parts.metrics().created.increment())
        .onFailure(failure -> undo(file));
  }

  /** At the latest when half of the time has passed after which the reservation is taken back. */
  private Future<FileRecord> make(FileKey file, FileSpec spec, String content, long now) {
    long deadline = now + parts.config().retry().toMillis() / 2;
    return parts
        .index()
        .add(file, spec, content)
        .compose(listed -> parts.store().create(file, spec, content, deadline))
        .compose(made -> parts.index().setDue(file, now + parts.config().uploadIdle().toMillis()))
        .compose(due -> parts.store().get(file))
        .map(made -> made.orElseThrow(FileAccess::notFound));
  }

  /** What it can; the rest is the sweep's. */
  private void undo(FileKey file) {
    removing
        .end(file, "failed", false)
        .onFailure(failure -> LOG.debug("{} is left to the sweep: {}", file, failure.getMessage()));
  }

  /** A session has to be the owner's; what is not is answered as what never was. */
  private Future<Void> checkSession(Caller caller, String tenant, FileSpec spec) {
    if (spec.session() == null) {
      return Future.succeededFuture();
    }
    return sessions
        .get(new SessionMessage.Get(caller, tenant, spec.session()))
        .compose(session -> ownedBy(spec.owner(), session));
  }

  private static Future<Void> ownedBy(String owner, SessionView session) {
    return session.user().equals(owner)
        ? Future.succeededFuture()
        : Future.failedFuture(
            HoldfastException.told(ErrorCode.NOT_FOUND, ErrorCode.NOT_FOUND.publicText));
  }
}
