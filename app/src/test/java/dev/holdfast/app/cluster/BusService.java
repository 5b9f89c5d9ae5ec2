package dev.holdfast.app.cluster;

import com.hazelcast.core.Hazelcast;
import com.hazelcast.core.HazelcastInstance;
import dev.holdfast.channels.ChannelMessage;
import dev.holdfast.channels.Publisher;
import dev.holdfast.channels.ServicePublisher;
import dev.holdfast.channels.ServicePublisherConfig;
import dev.holdfast.cluster.Cluster;
import dev.holdfast.cluster.ClusterConfig;
import dev.holdfast.cluster.HostPort;
import dev.holdfast.core.Caller;
import dev.holdfast.core.Channel;
import dev.holdfast.core.ChannelName;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.Ids;
import dev.holdfast.core.Position;
import dev.holdfast.core.bus.Bus;
import dev.holdfast.core.bus.ServiceClient;
import dev.holdfast.sessions.SessionRef;
import dev.holdfast.testkit.TestCluster;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.Json;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** An internal service: a member of the bus in the test's JVM, without a way to Redis. */
public final class BusService implements AutoCloseable {
  /** Of all services of this process, among the cluster's wires. */
  public static final String PARTY = "services";

  private final TestCluster cluster;
  private final String name;
  private final Vertx vertx;
  private final Bus bus;
  private final ServicePublisher publisher;

  private BusService(TestCluster cluster, String name, Vertx vertx) {
    this.cluster = cluster;
    this.name = name;
    this.vertx = vertx;
    this.bus = new Bus(vertx);
    this.publisher =
        new ServicePublisher(
            bus,
            new Caller.Service(name, Ids.fresh(), Set.of("*"), Set.of()),
            ServicePublisherConfig.DEFAULT);
  }

  public static BusService join(TestCluster cluster, String name) {
    List<HostPort> members = cluster.members().stream().map(HostPort::parse).toList();
    TestCluster.Seat seat = cluster.seat(PARTY);
    var config =
        new ClusterConfig(
            cluster.busName(),
            "127.0.0.1",
            seat.port(),
            seat.messagePort(),
            seat.publicHost(),
            members,
            Duration.ofSeconds(12),
            null,
            cluster.busSecret(),
            cluster.busSecret() == null);
    Vertx vertx = await(Cluster.join(config));
    return new BusService(cluster, name, vertx);
  }

  public String name() {
    return name;
  }

  public Bus bus() {
    return bus;
  }

  /** Durable; answered when it is stored. */
  public CompletableFuture<Position> publish(String tenant, String channel, Map<String, ?> data) {
    return publishRaw(tenant, channel, Json.encode(data));
  }

  /**
   * @param data one JSON value
   */
  public CompletableFuture<Position> publishRaw(String tenant, String channel, String data) {
    return publisher
        .publish(new Channel(tenant, ChannelName.parse(channel)), "test.event", data)
        .toCompletionStage()
        .toCompletableFuture();
  }

  /**
   * Publishes for a session as the node does that has its connection.
   *
   * @return why it was refused, or null
   */
  public ErrorCode publishAs(
      String tenant,
      String user,
      String session,
      long generation,
      String channel,
      long n,
      String text) {
    var caller = new Caller.User(tenant, user, Set.of(), Set.of("publish:*"));
    var item = new ChannelMessage.Item(n, "test.event", Json.encode(Map.of("text", text)), false);
    var message =
        new ChannelMessage.Publish(
            caller,
            session,
            new Channel(tenant, ChannelName.parse(channel)),
            Publisher.of(new SessionRef(tenant, session, generation)),
            List.of(item));
    return await(new ServiceClient(bus, Duration.ofSeconds(5)).ask(message))
        .results()
        .get(0)
        .refused();
  }

  /** How many registrations the clustered bus has, of all its members and addresses. */
  public int registrations() {
    return hazelcast().getMultiMap("__vertx.subs").size();
  }

  public int members() {
    return hazelcast().getCluster().getMembers().size();
  }

  @Override
  public void close() {
    publisher.close();
    await(vertx.close());
  }

  private HazelcastInstance hazelcast() {
    return Hazelcast.getAllHazelcastInstances().stream()
        .filter(instance -> instance.getConfig().getClusterName().equals(cluster.busName()))
        .findFirst()
        .orElseThrow();
  }

  private static <T> T await(Future<T> future) {
    try {
      return future.toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
    } catch (Exception e) {
      throw new IllegalStateException("the bus", e);
    }
  }
}
