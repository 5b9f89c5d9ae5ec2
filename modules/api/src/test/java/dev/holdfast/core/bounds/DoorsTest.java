package dev.holdfast.core.bounds;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Connections were counted by their event loops: one that was busy had taken them, uncounted. */
class DoorsTest {
  private static final int LOOPS = 64;

  private final AtomicInteger asked = new AtomicInteger();
  private final Doors doors = new Doors();
  private Vertx vertx = Vertx.builder().withTransport(doors.transport()).build();

  @AfterEach
  void close() {
    get(vertx.close());
  }

  @Test
  void aConnectionThatIsNotAdmittedIsClosedAndTheOthersServe() throws IOException {
    NetServer server = listen();
    doors.guard(server.actualPort(), accepted -> asked.incrementAndGet() != 2);

    try (Socket first = connect(server);
        Socket second = connect(server);
        Socket third = connect(server)) {
      assertEquals('!', first.getInputStream().read());
      assertTrue(isClosed(second));
      assertEquals('!', third.getInputStream().read());
    }
    assertEquals(3, asked.get());
  }

  @Test
  void itIsAskedWhileAllEventLoopsAreBusy() throws IOException {
    NetServer server = listen();
    doors.guard(server.actualPort(), accepted -> asked.incrementAndGet() > LOOPS);
    CountDownLatch free = new CountDownLatch(1);
    for (int i = 0; i < LOOPS; i++) {
      vertx.getOrCreateContext().runOnContext(now -> hold(free));
    }

    try (Socket stranger = connect(server)) {
      assertTrue(isClosed(stranger));
    } finally {
      free.countDown();
    }
  }

  @Test
  void theFirstServerHasAGateOfItsOwnAndOtherPortsHaveNone() throws IOException {
    get(vertx.close());
    var first = new Doors(accepted -> asked.incrementAndGet() < 0, opened -> {});
    vertx = Vertx.builder().withTransport(first.transport()).build();
    NetServer bus = listen();
    NetServer other = listen();

    try (Socket refused = connect(bus);
        Socket taken = connect(other)) {
      assertTrue(isClosed(refused));
      assertEquals('!', taken.getInputStream().read());
    }
    await().until(() -> asked.get() == 1);
    assertEquals(first, Doors.of(vertx).orElseThrow());
  }

  private NetServer listen() {
    return get(
        vertx.createNetServer().connectHandler(socket -> socket.write("!")).listen(0, "127.0.0.1"));
  }

  private static Socket connect(NetServer server) throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.actualPort());
    socket.setSoTimeout(20_000);
    return socket;
  }

  private static boolean isClosed(Socket socket) throws IOException {
    try {
      return socket.getInputStream().read() < 0;
    } catch (SocketException reset) {
      return true;
    }
  }

  private static void hold(CountDownLatch until) {
    try {
      until.await(20, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static <T> T get(Future<T> future) {
    return future.toCompletionStage().toCompletableFuture().orTimeout(20, TimeUnit.SECONDS).join();
  }
}
