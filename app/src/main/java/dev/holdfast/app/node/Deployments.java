package dev.holdfast.app.node;

import io.vertx.core.Deployable;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The verticles of one life of a node, undeployed in the reverse order. One call at a time. */
final class Deployments {
  private static final Logger LOG = LoggerFactory.getLogger(Deployments.class);

  private final Vertx vertx;
  private final Deque<String> ids = new ArrayDeque<>();

  Deployments(Vertx vertx) {
    this.vertx = vertx;
  }

  Future<Void> deploy(Deployable verticle) {
    return vertx.deployVerticle(verticle).onSuccess(ids::push).mapEmpty();
  }

  /** One instance for each of so many event loops. */
  Future<Void> deploy(Supplier<Deployable> verticle, int instances) {
    var options = new DeploymentOptions().setInstances(instances);
    return vertx.deployVerticle(verticle, options).onSuccess(ids::push).mapEmpty();
  }

  /** All of them, also where one fails to stop. */
  Future<Void> undeploy() {
    String next = ids.poll();
    return next == null
        ? Future.succeededFuture()
        : vertx.undeploy(next).recover(Deployments::notStopped).compose(done -> undeploy());
  }

  private static Future<Void> notStopped(Throwable failure) {
    LOG.warn("A verticle did not stop in order: {}", failure.toString());
    return Future.succeededFuture();
  }
}
