package dev.holdfast.app.cluster;

import dev.holdfast.testkit.TestNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What stands before nodes: hands each connection to the first node that takes it, in turn. Kills a
 * node when so many bytes of one connection have gone to it.
 */
public final class TcpBalancer implements AutoCloseable {
  private static final int BUFFER = 64 * 1024;

  private final List<TestNode> nodes;
  private final ServerSocket socket;
  private final AtomicLong killAfter = new AtomicLong(Long.MAX_VALUE);
  private volatile TestNode killed;
  private int next;

  public TcpBalancer(List<TestNode> nodes) throws IOException {
    this.nodes = nodes;
    this.socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    daemon("accept", this::accept);
  }

  public String url(String path) {
    return "http://127.0.0.1:" + socket.getLocalPort() + path;
  }

  /** The node that gets the byte with this number dies of it. */
  public void killAfter(long bytes) {
    killAfter.set(bytes);
  }

  /** Null while none was. */
  public TestNode killed() {
    return killed;
  }

  private void accept() {
    while (!socket.isClosed()) {
      try {
        Socket client = socket.accept();
        daemon("client", () -> serve(client));
      } catch (IOException e) {
        return;
      }
    }
  }

  private synchronized TestNode take() {
    return nodes.get(next++ % nodes.size());
  }

  private void serve(Socket client) {
    for (int tries = 0; tries < nodes.size(); tries++) {
      TestNode node = take();
      try (client;
          Socket server = new Socket("127.0.0.1", node.port())) {
        Thread back = daemon("back", () -> copy(server, client, null));
        copy(client, server, node);
        back.join();
        return;
      } catch (IOException refused) {
        // The next one.
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void copy(Socket from, Socket to, TestNode counted) {
    byte[] buffer = new byte[BUFFER];
    long copied = 0;
    try {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      int read;
      while ((read = in.read(buffer)) >= 0) {
        out.write(buffer, 0, read);
        copied += read;
        if (counted != null
            && copied >= killAfter.get()
            && killAfter.getAndSet(Long.MAX_VALUE) < Long.MAX_VALUE) {
          killed = counted;
          counted.kill();
        }
      }
      to.shutdownOutput();
    } catch (IOException broken) {
      close(from);
      close(to);
    }
  }

  private static void close(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Thread daemon(String name, Runnable task) {
    Thread thread = new Thread(task, "balancer-" + name);
    thread.setDaemon(true);
    thread.start();
    return thread;
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
