package dev.holdfast.app.cluster;

import dev.holdfast.core.Ids;
import dev.holdfast.testkit.TestCluster;
import dev.holdfast.testkit.client.WsTestClient;
import dev.holdfast.testkit.faults.Load;
import dev.holdfast.testkit.history.History;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Sessions that publish and read, a service, HTTP callers and requests, all of one tenant. */
final class FaultLoad implements Load {
  private static final int CLIENTS = 9;
  private static final String HTTP = "back-end";

  private final String tenant = "t-" + Ids.fresh();
  private final Traffic traffic = new Traffic(tenant);
  private final BusService service;
  private final Requests requests;
  private final HttpPublisher http;
  private final Set<String> publishers = new HashSet<>();

  /**
   * @param service stays a member of the bus after it
   */
  FaultLoad(TestCluster cluster, BusService service) {
    this.service = service;
    for (int i = 0; i < CLIENTS; i++) {
      String user = "user" + i;
      List<java.net.URI> urls = new ArrayList<>(cluster.urls());
      // Most on the first node.
      java.util.Collections.rotate(urls, -(i % 4 % 3));
      traffic.add(user, cluster.client(tenant, user, urls));
      publishers.add(user);
    }
    publishers.add(service.name());
    publishers.add(HTTP);
    traffic.start(service);
    requests = new Requests(service, traffic.clients());
    http = new HttpPublisher(cluster, tenant, HTTP, traffic.history());
  }

  @Override
  public History history() {
    return traffic.history();
  }

  @Override
  public Set<String> publishers() {
    return publishers;
  }

  @Override
  public List<WsTestClient> clients() {
    return traffic.clients();
  }

  @Override
  public String tenant() {
    return tenant;
  }

  @Override
  public boolean answeredSince(long nanoTime) {
    return requests.answeredSince(nanoTime);
  }

  @Override
  public void settle() {
    http.settle();
    traffic.settle();
  }

  @Override
  public List<String> violations() {
    List<String> all = new ArrayList<>(traffic.violations());
    all.addAll(requests.violations());
    return all;
  }

  @Override
  public void close() {
    http.close();
    requests.close();
    traffic.clients().forEach(WsTestClient::endSession);
    traffic.clients().forEach(WsTestClient::close);
    traffic.close();
  }
}
