package dev.holdfast.testkit.wire;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RelayTest {
  private static final int SOON = 10_000;
  private static final int NOTHING_YET = 200;

  private final Lane there = new Lane("there");
  private final Lane back = new Lane("back");
  private ServerSocket target;
  private Relay relay;

  @BeforeEach
  void open() throws IOException {
    target = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    relay =
        Relay.open(() -> new InetSocketAddress("127.0.0.1", target.getLocalPort()), there, back);
  }

  @AfterEach
  void close() throws IOException {
    relay.close();
    target.close();
  }

  @Test
  void whatIsHeldArrivesWhenItPassesThoughItsSenderClosed() throws IOException {
    Socket client = connect();
    Socket server = accept();
    there.hold();
    write(client, "late");
    client.close();

    server.setSoTimeout(NOTHING_YET);
    assertThrows(SocketTimeoutException.class, () -> server.getInputStream().read());
    there.pass();

    server.setSoTimeout(SOON);
    assertEquals("late", text(server, 4));
    assertEquals(-1, server.getInputStream().read());
  }

  @Test
  void aStrandedConnectionIsHeldAndANewOneIsNot() throws IOException {
    Socket old = connect();
    Socket oldServer = accept();
    write(old, "a");
    assertEquals("a", text(oldServer, 1));
    there.strand();
    write(old, "late");
    write(connect(), "new");

    assertEquals("new", text(accept(), 3));
    oldServer.setSoTimeout(NOTHING_YET);
    assertThrows(SocketTimeoutException.class, () -> oldServer.getInputStream().read());
    write(oldServer, "answer");
    there.pass();
    oldServer.setSoTimeout(SOON);
    assertEquals("late", text(oldServer, 4));
    assertEquals("answer", text(old, 6));
  }

  @Test
  void aConnectionIsStrandedFromWhatFitsOn() throws IOException {
    Socket client = connect();
    Socket server = accept();
    write(client, "a");
    assertEquals("a", text(server, 1));
    there.strandFrom(bytes -> new String(bytes, StandardCharsets.US_ASCII).contains("x"));
    write(client, "x");
    write(client, "b");

    Awaitility.await().until(() -> there.late() == 1);
    server.setSoTimeout(NOTHING_YET);
    assertThrows(SocketTimeoutException.class, () -> server.getInputStream().read());
    client.close();
    there.pass();
    server.setSoTimeout(SOON);
    assertEquals("xb", text(server, 2));
    assertEquals(-1, server.getInputStream().read());
    assertEquals(1, there.late());
    server.close();
    Awaitility.await().until(() -> there.late() == 0);
  }

  @Test
  void aCutResetsWhatIsOpenAndWhatIsOpenedAndEnds() throws IOException {
    Socket client = connect();
    Socket server = accept();
    write(client, "a");
    assertEquals("a", text(server, 1));
    back.cut();

    assertThrows(IOException.class, () -> readOrFail(client));
    assertThrows(IOException.class, () -> readOrFail(connect()));
    back.pass();
    write(connect(), "b");
    assertEquals("b", text(accept(), 1));
  }

  @Test
  void oneDirectionIsDelayedAlone() throws IOException {
    Socket client = connect();
    Socket server = accept();
    back.delay(Duration.ofMillis(300));
    long begun = System.nanoTime();
    write(client, "a");
    assertEquals("a", text(server, 1));
    write(server, "b");
    assertEquals("b", text(client, 1));

    assertEquals(true, System.nanoTime() - begun >= Duration.ofMillis(300).toNanos());
  }

  @Test
  void ofFramesThoseAreLostThatFit() throws IOException {
    var at = new InetSocketAddress("127.0.0.1", 0);
    var goal = new InetSocketAddress("127.0.0.1", target.getLocalPort());
    var lanes = new Relay.Lanes(there, back);
    try (Relay framed = Relay.open(at, new Relay.Route(() -> goal, true, socket -> lanes));
        Socket client = new Socket("127.0.0.1", framed.port())) {
      there.drop(frame -> frame[4] == 'x');
      var out = new DataOutputStream(client.getOutputStream());
      for (String one : List.of("xa", "b", "xc", "d")) {
        out.writeInt(one.length());
        out.writeBytes(one);
      }

      byte[] got = accept().getInputStream().readNBytes(10);
      assertArrayEquals(new byte[] {0, 0, 0, 1, 'b', 0, 0, 0, 1, 'd'}, got);
    }
  }

  @Test
  void whoOpenedAConnectionIsKnownByItsProcess() throws IOException {
    assumeTrue(SocketOwner.canBeFound(), "this system has no /proc/net/tcp");
    try (Socket client = new Socket("127.0.0.1", target.getLocalPort());
        Socket server = accept()) {
      long self = ProcessHandle.current().pid();

      assertEquals(self, SocketOwner.of(server, List.of(1L, self)));
      assertEquals(-1, SocketOwner.of(server, List.of(-1L)));
      assertEquals(server.getPort(), client.getLocalPort());
    }
  }

  private Socket connect() throws IOException {
    Socket socket = new Socket("127.0.0.1", relay.port());
    socket.setSoTimeout(SOON);
    return socket;
  }

  private Socket accept() throws IOException {
    target.setSoTimeout(SOON);
    Socket socket = target.accept();
    socket.setSoTimeout(SOON);
    return socket;
  }

  /** The end of a stream is as good as a reset here. */
  private static void readOrFail(Socket socket) throws IOException {
    if (socket.getInputStream().read() < 0) {
      throw new IOException("ended");
    }
  }

  private static void write(Socket socket, String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
  }

  private static String text(Socket socket, int length) throws IOException {
    return new String(socket.getInputStream().readNBytes(length), StandardCharsets.US_ASCII);
  }
}
