package dev.holdfast.gateway.server;

import dev.holdfast.gateway.config.TlsConfig;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The certificate of the clients' port. It is read at the start, and again when its files change.
 * Open connections keep the one they began with. Files that make no pair change nothing, and are
 * read again later. Confined to its event loop; a worker reads the files.
 */
public final class IdentityWatch {
  private static final Logger LOG = LoggerFactory.getLogger(IdentityWatch.class);

  private final Vertx vertx;
  private final TlsConfig config;
  private final AtomicLong expires = new AtomicLong();
  private @Nullable Identity shown;
  private String complained = "";
  private boolean looking;

  public IdentityWatch(Vertx vertx, TlsConfig config, MeterRegistry registry) {
    this.vertx = vertx;
    this.config = config;
    Gauge.builder("holdfast.tls.expires", expires, AtomicLong::get)
        .description("when the certificate of the clients' port stops being valid, since 1970")
        .baseUnit("seconds")
        .strongReference(true)
        .register(registry);
  }

  /** Reads the files. Fails if they are not a certificate and its key. */
  public Future<Identity> read() {
    return vertx.executeBlocking(() -> Identity.read(config), false).onSuccess(this::shows);
  }

  public void watch(HttpServer server) {
    vertx.setPeriodic(config.reload().toMillis(), tick -> look(server));
  }

  private void look(HttpServer server) {
    if (looking) {
      return;
    }
    looking = true;
    Identity before = shown;
    vertx
        .executeBlocking(() -> current(before), false)
        .compose(found -> found == before ? Future.succeededFuture() : show(server, found))
        .onComplete(done -> looking = false)
        .onFailure(this::complain);
  }

  /** Returns the identity of the files as they are now. Blocks. */
  private Identity current(@Nullable Identity before) throws IOException {
    return before != null && before.stands(config) ? before : Identity.read(config);
  }

  private Future<Void> show(HttpServer server, Identity found) {
    return server
        .updateSSLOptions(found.options())
        .onSuccess(changed -> shows(found))
        .onSuccess(changed -> LOG.info("the clients' port has another certificate: {}", found))
        .mapEmpty();
  }

  private void shows(Identity found) {
    shown = found;
    complained = "";
    expires.set(found.expires());
  }

  /** Logs a failure, once for each reason. */
  private void complain(Throwable failure) {
    String why = String.valueOf(failure.getMessage());
    if (!why.equals(complained)) {
      complained = why;
      LOG.warn("the clients' port keeps its certificate: {}", failure.toString());
    }
  }
}
