package dev.holdfast.cluster;

import com.hazelcast.config.Config;
import com.hazelcast.core.HazelcastInstance;
import io.vertx.core.Completable;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.spi.cluster.NodeInfo;
import io.vertx.core.spi.cluster.RegistrationInfo;
import io.vertx.spi.cluster.hazelcast.HazelcastClusterManager;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A member of the bus by Hazelcast that puts back what the cluster has lost of it. The address of a
 * member and its registrations are in maps of the cluster, and every member removes those of one
 * that it takes for gone. While clusters merge, each takes for gone whoever merges a moment later,
 * and may remove what that one has just put. Nobody could reach such a member again. Safe on any
 * thread.
 */
class RepairedMembership extends HazelcastClusterManager {
  /** How often a member looks for its own: some ten reads, each within a ms. */
  private static final long EVERY_MS = 3_000;

  /** A read that hangs, as who has it is gone, keeps no later look from its turn for longer. */
  private static final long LONGEST_MS = 10_000;

  private static final Logger LOG = LoggerFactory.getLogger(RepairedMembership.class);

  /** What this member listens at, and whether the cluster knows it. */
  private final Map<Own, Boolean> own = new ConcurrentHashMap<>();

  private final AtomicBoolean repairing = new AtomicBoolean();

  private record Own(String address, RegistrationInfo registration) {}

  @SuppressWarnings("NullAway.Init") // set by init(), which Vert.x calls first
  private Vertx vertx;

  RepairedMembership(Config config) {
    super(config);
  }

  RepairedMembership(HazelcastInstance instance) {
    super(instance);
  }

  @Override
  public void init(Vertx owner) {
    vertx = owner;
    super.init(owner);
  }

  /** The Vert.x that this is the member of. */
  final Vertx vertx() {
    return vertx;
  }

  @Override
  public void join(Completable<Void> done) {
    Promise<Void> joined = Promise.promise();
    super.join(joined);
    joined.future().onSuccess(member -> watch()).onComplete(done);
  }

  /** On a context of its own: whoever joins may go. */
  private void watch() {
    ((VertxInternal) vertx)
        .createEventLoopContext()
        .runOnContext(now -> vertx.setPeriodic(EVERY_MS, timer -> repair()));
  }

  @Override
  public void addRegistration(
      String address, RegistrationInfo registration, Completable<Void> done) {
    if (registration.localOnly()) {
      super.addRegistration(address, registration, done);
      return;
    }
    Own one = new Own(address, registration);
    own.put(one, false);
    Promise<Void> added = Promise.promise();
    added
        .future()
        .onSuccess(there -> own.replace(one, true))
        .onFailure(failure -> own.remove(one))
        .onComplete(done);
    super.addRegistration(address, registration, added);
  }

  @Override
  public void removeRegistration(
      String address, RegistrationInfo registration, Completable<Void> done) {
    own.remove(new Own(address, registration));
    super.removeRegistration(address, registration, done);
  }

  private void repair() {
    if (!isActive() || !repairing.compareAndSet(false, true)) {
      return;
    }
    List<Future<Void>> all = new ArrayList<>(List.of(repairAddress()));
    own.forEach((one, added) -> all.add(added ? repair(one) : Future.succeededFuture()));
    Future.join(all)
        .timeout(LONGEST_MS, TimeUnit.MILLISECONDS)
        .onComplete(done -> repairing.set(false));
  }

  private Future<Void> repairAddress() {
    NodeInfo address = getNodeInfo();
    if (address == null) {
      return Future.succeededFuture(); // it has none yet
    }
    Promise<NodeInfo> known = Promise.promise();
    getNodeInfo(getNodeId(), known);
    return known.future().<Void>mapEmpty().recover(lost -> putAddress(address));
  }

  private Future<Void> putAddress(NodeInfo address) {
    LOG.warn("The cluster has lost the address of this member: it is put there again");
    Promise<Void> put = Promise.promise();
    setNodeInfo(address, put);
    return put.future();
  }

  private Future<Void> repair(Own one) {
    Promise<List<RegistrationInfo>> known = Promise.promise();
    getRegistrations(one.address(), known);
    return known
        .future()
        .compose(
            there -> there.contains(one.registration()) ? Future.succeededFuture() : putBack(one));
  }

  private Future<Void> putBack(Own one) {
    if (!own.containsKey(one)) {
      return Future.succeededFuture();
    }
    LOG.warn("The cluster has lost that this member listens at {}: put there again", one.address());
    Promise<Void> put = Promise.promise();
    super.addRegistration(one.address(), one.registration(), put);
    return put.future().compose(there -> removeIfGivenUp(one));
  }

  /** It may have been given up meanwhile. */
  private Future<Void> removeIfGivenUp(Own one) {
    if (own.containsKey(one)) {
      return Future.succeededFuture();
    }
    Promise<Void> removed = Promise.promise();
    super.removeRegistration(one.address(), one.registration(), removed);
    return removed.future();
  }
}
