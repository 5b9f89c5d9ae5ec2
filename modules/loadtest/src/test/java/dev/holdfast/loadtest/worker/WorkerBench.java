package dev.holdfast.loadtest.worker;

import dev.holdfast.loadtest.plan.Address;
import dev.holdfast.loadtest.plan.Calls;
import dev.holdfast.loadtest.plan.Flow;
import dev.holdfast.loadtest.plan.Group;
import dev.holdfast.loadtest.plan.Plan;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;

/** What tests of a worker stand on: the worker, nodes that it meets, and a coordinator. */
final class WorkerBench implements AutoCloseable {
  static final String SECRET = "a secret of a test that is long enough for a key";
  static final String TENANT = "acme";
  static final int LOOPS = 2;
  private static final long PATIENCE_MS = 1_500;

  final Vertx vertx = Vertx.vertx();

  /** One event loop, which all scripted nodes share. */
  final Vertx nodesVertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));

  final ScriptedNode.Store store = new ScriptedNode.Store();
  final List<ScriptedNode> nodes = new ArrayList<>();
  final WorkerVerticle worker = new WorkerVerticle(new WorkerConfig("127.0.0.1", 0, SECRET, LOOPS));

  private final String deployed;

  WorkerBench(int count) {
    for (int i = 0; i < count; i++) {
      var node = new ScriptedNode("n" + i, store);
      nodesVertx.deployVerticle(node).await();
      nodes.add(node);
    }
    deployed = vertx.deployVerticle(worker).await();
  }

  ScriptedNode node(int number) {
    return nodes.get(number);
  }

  TestCoordinator coordinator() {
    return new TestCoordinator(vertx, worker.url(), SECRET);
  }

  TestCoordinator assigned(Group... groups) {
    return coordinator().assign(plan(groups));
  }

  Plan plan(Group... groups) {
    return plan(urls(), List.of(groups), List.of());
  }

  static Plan plan(List<URI> urls, List<Group> groups, List<Flow> flows) {
    var address = new Address(urls, null, SECRET, null);
    return new Plan("run1", address, groups, flows, List.<Calls>of(), 0, PATIENCE_MS);
  }

  List<URI> urls() {
    return nodes.stream().map(ScriptedNode::url).toList();
  }

  static Group group(String name, int clients, int topics) {
    return new Group(name, TENANT, clients, topics, Group.Kind.SESSION);
  }

  @Override
  public void close() {
    vertx.undeploy(deployed).await();
    vertx.close().await();
    nodesVertx.close().await();
  }
}
