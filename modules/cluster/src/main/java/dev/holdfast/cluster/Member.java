package dev.holdfast.cluster;

import com.hazelcast.auditlog.AuditlogService;
import com.hazelcast.config.Config;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.instance.EndpointQualifier;
import com.hazelcast.instance.impl.DefaultNodeContext;
import com.hazelcast.instance.impl.DefaultNodeExtension;
import com.hazelcast.instance.impl.HazelcastInstanceFactory;
import com.hazelcast.instance.impl.Node;
import com.hazelcast.instance.impl.NodeExtension;
import com.hazelcast.internal.server.tcp.TcpServerAcceptor;
import com.hazelcast.nio.MemberSocketInterceptor;
import io.vertx.core.Completable;
import io.vertx.core.Promise;
import java.util.UUID;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * A member of the bus by Hazelcast. Each of its connections begins with a {@link Handshake}.
 * Hazelcast has a hook for that, but its open-source edition calls it on a class that does nothing:
 * so that class is extended.
 */
final class Member extends RepairedMembership {
  private static final String NODE_ID = "__vertx.nodeId";

  private final HazelcastInstance instance;

  private Member(HazelcastInstance instance) {
    super(instance);
    this.instance = instance;
  }

  /** Joins the cluster; returns when this process is a member, perhaps after seconds. */
  static Member join(Config config, Handshake handshake) {
    config.getMemberAttributeConfig().setAttribute(NODE_ID, UUID.randomUUID().toString());
    return new Member(
        HazelcastInstanceFactory.newHazelcastInstance(config, null, new Guarded(handshake)));
  }

  /**
   * Leaves the cluster and ends the instance, which Vert.x does not do for one that it was given.
   */
  @Override
  public void leave(Completable<Void> done) {
    Promise<Void> left = Promise.promise();
    super.leave(left);
    left.future().transform(any -> vertx().executeBlocking(this::end)).onComplete(done);
  }

  /** Ends the instance; any thread that may block. */
  @Nullable Void end() {
    while (instance.getLifecycleService().isRunning()) {
      try {
        instance.shutdown();
      } catch (RejectedExecutionException e) {
        Thread.onSpinWait(); // a task of its own was just being taken: again
      }
    }
    return null;
  }

  private static final class Guarded extends DefaultNodeContext {
    private final Handshake handshake;

    Guarded(Handshake handshake) {
      this.handshake = handshake;
    }

    @Override
    public NodeExtension createNodeExtension(Node node) {
      return new DefaultNodeExtension(node) {
        @Override
        public MemberSocketInterceptor getSocketInterceptor(EndpointQualifier ignored) {
          return handshake;
        }

        /**
         * Waits for room: Hazelcast calls this first for each connection, on the accepting thread.
         */
        @Override
        public AuditlogService getAuditlogService() {
          if (Thread.currentThread().getClass().getEnclosingClass() == TcpServerAcceptor.class) {
            handshake.makeRoom();
          }
          return super.getAuditlogService();
        }
      };
    }
  }
}
