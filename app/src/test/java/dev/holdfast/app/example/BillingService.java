package dev.holdfast.app.example;

import dev.holdfast.channels.ChannelConsumer;
import dev.holdfast.channels.Publication;
import dev.holdfast.channels.ServicePublisher;
import dev.holdfast.cluster.Cluster;
import dev.holdfast.cluster.ClusterConfig;
import dev.holdfast.core.Caller;
import dev.holdfast.core.Channel;
import dev.holdfast.core.ChannelName;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.Ids;
import dev.holdfast.core.bus.Bus;
import dev.holdfast.core.bus.ServiceHost;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.util.Set;

/** Answers quotes, and greets who opens a session. Any number of instances share the work. */
record BillingService(String tenant, ServicePublisher publisher) {
  /** The tenant; how it joins stands in the variables {@code HOLDFAST_CLUSTER_…}. */
  public static void main(String[] args) {
    run(ClusterConfig.of(System.getenv()), args[0])
        .onFailure(failure -> System.err.println(failure));
  }

  static Future<Vertx> run(ClusterConfig cluster, String tenant) {
    return Cluster.join(cluster).compose(vertx -> start(new Bus(vertx), tenant).map(vertx));
  }

  private static Future<?> start(Bus bus, String tenant) {
    var me = new Caller.Service("billing", Ids.fresh(), Set.of(tenant), Set.of());
    var billing = new BillingService(tenant, new ServicePublisher(bus, me));
    var sessions = new Channel(tenant, ChannelName.system("sessions"));
    return Future.all(
        new ServiceHost(bus, "billing").method("quote", billing::quote).start(),
        new ChannelConsumer(bus, me, sessions, "greeter").start(billing::greet));
  }

  private Future<String> quote(Caller caller, String data) {
    int items = new JsonObject(data).getInteger("items", 0);
    return items > 0
        ? Future.succeededFuture(new JsonObject().put("price", items * 20).encode())
        : Future.failedFuture(
            HoldfastException.withPublicMessage(ErrorCode.BAD_REQUEST, "items: 1 or more"));
  }

  /** May come again after a kill: greets once more then. */
  private Future<Void> greet(Publication entry) {
    var user = ChannelName.user(new JsonObject(entry.data()).getString("user"));
    return entry.event().equals("session.opened")
        ? publisher.publish(new Channel(tenant, user), "greeting", "\"welcome\"").mapEmpty()
        : Future.succeededFuture();
  }
}
