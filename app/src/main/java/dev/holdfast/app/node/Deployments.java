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
  private final Deque<Deployed> deployed = new ArrayDeque<>();
  private volatile String current = "Redis";

  private record Deployed(String id, String name) {}

  Deployments(Vertx vertx) {
    this.vertx = vertx;
  }

  /** Returns the name of what is being started or stopped, or was last; any thread. */
  String current() {
    return current;
  }

  Future<Void> deploy(Deployable verticle) {
    String name = verticle.getClass().getSimpleName();
    current = name;
    return vertx
        .deployVerticle(verticle)
        .onSuccess(id -> deployed.push(new Deployed(id, name)))
        .mapEmpty();
  }

  /** One instance for each of so many event loops. */
  Future<Void> deploy(String name, Supplier<Deployable> verticle, int instances) {
    var options = new DeploymentOptions().setInstances(instances);
    current = name;
    return vertx
        .deployVerticle(verticle, options)
        .onSuccess(id -> deployed.push(new Deployed(id, name)))
        .mapEmpty();
  }

  /** All of them, also if one fails to stop. */
  Future<Void> undeploy() {
    Deployed next = deployed.poll();
    if (next == null) {
      return Future.succeededFuture();
    }
    current = next.name;
    return vertx.undeploy(next.id).recover(Deployments::notStopped).compose(done -> undeploy());
  }

  private static Future<Void> notStopped(Throwable failure) {
    LOG.warn("A verticle did not stop in order: {}", failure.toString());
    return Future.succeededFuture();
  }
}
