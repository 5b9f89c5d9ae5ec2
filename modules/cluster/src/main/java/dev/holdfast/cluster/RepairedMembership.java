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
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
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
  /** How often a member looks for its own: some thirty reads, one after the other. */
  private static final long EVERY_MS = 3_000;

  /** After a read that hangs, as who has it is gone, the next look begins in place of its own. */
  private static final long LONGEST_NS = TimeUnit.SECONDS.toNanos(10);

  private static final Future<Void> DONE = Future.succeededFuture();

  private static final Logger LOG = LoggerFactory.getLogger(RepairedMembership.class);

  /** What this member listens at, and whether the cluster knows it. */
  private final Map<Own, Boolean> own = new ConcurrentHashMap<>();

  /** The latest look, and whether it is under way. */
  private volatile int look;

  private volatile boolean looking;
  private long lookedAt;

  /** Its own address. The manager's copy is under a lock, behind which a member's end may wait. */
  private volatile @Nullable NodeInfo at;

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

  @Override
  public void setNodeInfo(NodeInfo address, Completable<Void> done) {
    at = address;
    super.setNodeInfo(address, done);
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
        .onFailure(failure -> super.removeRegistration(address, registration, Promise.promise()))
        .onComplete(done);
    super.addRegistration(address, registration, added);
  }

  @Override
  public void removeRegistration(
      String address, RegistrationInfo registration, Completable<Void> done) {
    own.remove(new Own(address, registration));
    super.removeRegistration(address, registration, done);
  }

  /** Reads take a worker thread each, of which others need some, too: there is one at a time. */
  private void repair() {
    long now = System.nanoTime();
    if (!isActive() || looking && now - lookedAt < LONGEST_NS) {
      return;
    }
    int mine = look + 1;
    look = mine;
    looking = true;
    lookedAt = now;
    Future<Void> all = repairAddress();
    for (Map.Entry<Own, Boolean> one : own.entrySet()) {
      if (one.getValue()) {
        all = all.transform(done -> look == mine ? repair(one.getKey()) : DONE);
      }
    }
    all.onComplete(
        done -> {
          if (look == mine) {
            looking = false;
          }
        });
  }

  private Future<Void> repairAddress() {
    NodeInfo address = at;
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
    return put.future()
        .transform(there -> removeIfGivenUp(one)); // one that failed may be there, too
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
