package dev.holdfast.core.bounds;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ServerChannel;
import io.vertx.core.Vertx;
import io.vertx.core.impl.transports.NioTransport;
import io.vertx.core.impl.transports.TransportInternal;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.transport.Transport;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Sees each connection of a Vert.x first.
 *
 * <p>Asks a {@link Gate} about each connection to a server of a Vert.x when it is accepted, before
 * it is handed to its event loop. Event loops that are busy come to a connection late, and one that
 * speaks TLS only after its handshake: until then it has taken a file, and nobody has counted it.
 *
 * <p>Given to a Vert.x when it is built, as its transport; found by {@link #of} later. Any thread.
 */
public final class Doors extends NioTransport {
  private static final int NO_PORT = 0;

  private final Map<Integer, Gate> gates = new ConcurrentHashMap<>();
  private final AtomicReference<@Nullable Gate> ofTheFirst = new AtomicReference<>();
  private final Consumer<Channel> outgoing;

  /** Decides who may come in at a port. */
  public interface Gate {
    /**
     * Asked on the acceptor's thread. The connection has its addresses and a pipeline, but no event
     * loop yet; nothing of it was read.
     *
     * @return false: it is closed without a word
     */
    boolean admits(Channel accepted);
  }

  public Doors() {
    this(null, connection -> {});
  }

  /**
   * @param ofTheFirst stands at the first server, whatever its port, as that of the bus is in a
   *     Vert.x that is clustered
   * @param outgoing takes each connection that this Vert.x opens, before it has an event loop
   */
  public Doors(@Nullable Gate ofTheFirst, Consumer<Channel> outgoing) {
    this.ofTheFirst.set(ofTheFirst);
    this.outgoing = outgoing;
  }

  /** Returns those of a Vert.x, if it has any. */
  public static Optional<Doors> of(Vertx vertx) {
    return ((VertxInternal) vertx).transport() instanceof Doors doors
        ? Optional.of(doors)
        : Optional.empty();
  }

  /** Returns what the builder of a Vert.x takes. */
  public Transport transport() {
    return new TransportInternal("doors", true, null, this);
  }

  /** Sets the gate of a port, in place of the one before. */
  public void guard(int port, Gate gate) {
    gates.put(port, gate);
  }

  @Override
  public ChannelFactory<? extends Channel> channelFactory(boolean domainSocket) {
    ChannelFactory<? extends Channel> factory = super.channelFactory(domainSocket);
    return () -> {
      Channel connection = factory.newChannel();
      outgoing.accept(connection);
      return connection;
    };
  }

  @Override
  public ChannelFactory<? extends ServerChannel> serverChannelFactory(boolean domainSocket) {
    ChannelFactory<? extends ServerChannel> factory = super.serverChannelFactory(domainSocket);
    return () -> {
      ServerChannel server = factory.newChannel();
      server.pipeline().addFirst(new Door(ofTheFirst.getAndSet(null)));
      return server;
    };
  }

  /** Stands before the handler that gives connections to event loops. */
  private final class Door extends ChannelInboundHandlerAdapter {
    private final @Nullable Gate own;

    Door(@Nullable Gate own) {
      this.own = own;
    }

    @Override
    public void channelRead(ChannelHandlerContext server, Object message) {
      Channel accepted = (Channel) message;
      Gate gate = own == null ? gates.get(port(server.channel())) : own;
      if (gate == null || gate.admits(accepted)) {
        server.fireChannelRead(accepted);
      } else {
        accepted.unsafe().closeForcibly();
      }
    }
  }

  private static int port(Channel server) {
    return server.localAddress() instanceof InetSocketAddress at ? at.getPort() : NO_PORT;
  }
}
