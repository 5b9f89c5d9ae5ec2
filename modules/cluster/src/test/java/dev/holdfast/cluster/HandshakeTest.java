package dev.holdfast.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.cluster.identity.Identity;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whoever reached the port of membership was a member, and could read and clear all addresses. */
class HandshakeTest {
  private static final String SECRET = "a secret for tests alone, of more than 32 characters";
  private static final Meters METERS = Meters.NONE;

  private Handshake member = handshake(SECRET);
  private ServerSocketChannel port;

  /** As many as wait: the pool that all share has fewer than the machine has processors. */
  private final ExecutorService threads = Executors.newCachedThreadPool();

  @BeforeEach
  void listen() throws IOException {
    port = ServerSocketChannel.open();
    port.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
  }

  @AfterEach
  void close() throws IOException {
    port.close();
    threads.shutdownNow();
  }

  @Test
  void membersOfOneSecretGoOnWithWhatTheyHaveToSay() throws Exception {
    CompletableFuture<Socket> accepted = accept();
    Socket connected = connect();
    handshake(SECRET).onConnect(connected);
    Socket other = get(accepted);

    connected.getOutputStream().write("HZC".getBytes(StandardCharsets.US_ASCII));

    assertEquals(
        "HZC", new String(other.getInputStream().readNBytes(3), StandardCharsets.US_ASCII));
    assertEquals(0, other.getSoTimeout());
  }

  @Test
  void whoKnowsAnotherSecretIsRefusedByBoth() throws Exception {
    CompletableFuture<Socket> accepted = accept();

    assertThrows(
        IOException.class,
        () -> handshake("another secret, as long as the one of the others").onConnect(connect()));

    assertTrue(refusal(accepted).getMessage().contains("not a member of this cluster"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "HZC",
        "CP2",
        "GET /hazelcast/rest/cluster HTTP/1.1\r\n\r\n",
        "holdfast member 1\n"
      })
  void whoProvesNothingIsRefused(String says) throws Exception {
    CompletableFuture<Socket> accepted = accept();
    Socket connected = connect();

    connected.getOutputStream().write(says.getBytes(StandardCharsets.US_ASCII));
    connected.shutdownOutput();

    assertTrue(refusal(accepted) instanceof IOException);
  }

  @Test
  void aProofThatWouldBeTooLongIsNotReadAndNothingIsReservedForIt() throws Exception {
    CompletableFuture<Socket> accepted = accept();
    Socket connected = connect();

    connected.getOutputStream().write("holdfast member 1\n".getBytes(StandardCharsets.US_ASCII));
    connected.getOutputStream().write(new byte[] {-1, -1});

    assertTrue(refusal(accepted) instanceof IOException);
  }

  /** What one heard of a member's proof opens nothing. */
  @Test
  void aProofThatIsReplayedIsRefused() throws Exception {
    byte[] heard = recorded();
    CompletableFuture<Socket> accepted = accept();
    Socket connected = connect();

    connected.getOutputStream().write(heard);

    assertTrue(refusal(accepted).getMessage().contains("another's"));
  }

  /** At the port of a member that is gone, somebody passes on to another one what is said. */
  @Test
  void whoStandsInBetweenIsFoundOutByTheAddressThatIsMeant() throws Exception {
    CompletableFuture<Socket> accepted = accept();

    assertThrows(IOException.class, () -> throughARelay(new ByteArrayOutputStream(), false));

    assertTrue(refusal(accepted).getMessage().contains("another address"));
  }

  /** A member's own words, sent back to it, prove nothing either. */
  @Test
  void aMirrorIsRefused() throws Exception {
    CompletableFuture<Socket> accepted = accept();
    Socket connected = connect();
    CompletableFuture.runAsync(
        () -> copy(connected, connected, new ByteArrayOutputStream()), threads);

    assertTrue(refusal(accepted).getMessage().contains("another's"));
  }

  @Test
  void whoKeepsSilentOrSaysAByteNowAndThenDoesNotHoldAThread() throws Exception {
    member = new Handshake(Identity.ofSecret(SECRET), false, Duration.ofSeconds(1), METERS);
    CompletableFuture<Socket> accepted = accept();
    Socket connected = connect();
    connected.getOutputStream().write('h');

    assertTrue(refusal(accepted).getMessage().contains("time"));
  }

  /** All that the connecting side of a good handshake says. */
  private byte[] recorded() throws Exception {
    var said = new ByteArrayOutputStream();
    member = handshake(SECRET, true);
    CompletableFuture<Socket> accepted = accept();
    throughARelay(said, true);
    get(accepted);
    return said.toByteArray();
  }

  private void throughARelay(ByteArrayOutputStream said, boolean translated) throws IOException {
    try (ServerSocketChannel relay = ServerSocketChannel.open()) {
      relay.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      CompletableFuture.runAsync(() -> relay(relay, said), threads);
      SocketChannel through = SocketChannel.open(relay.getLocalAddress());
      handshake(SECRET, translated).onConnect(through.socket());
    }
  }

  private void relay(ServerSocketChannel relay, ByteArrayOutputStream said) {
    try {
      Socket inner = relay.accept().socket();
      Socket outer = connect();
      CompletableFuture.runAsync(() -> copy(outer, inner, new ByteArrayOutputStream()), threads);
      copy(inner, outer, said);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void copy(Socket from, Socket to, ByteArrayOutputStream said) {
    try {
      byte[] some = new byte[4_096];
      for (int n = from.getInputStream().read(some); n > 0; n = from.getInputStream().read(some)) {
        said.write(some, 0, n);
        to.getOutputStream().write(some, 0, n);
      }
    } catch (IOException closed) {
      return;
    }
  }

  private CompletableFuture<Socket> accept() {
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            Socket socket = port.accept().socket();
            try {
              member.onAccept(socket);
              return socket;
            } catch (IOException e) {
              socket.close();
              throw e;
            }
          } catch (IOException e) {
            throw new CompletionException(e);
          }
        },
        threads);
  }

  private Socket connect() throws IOException {
    return SocketChannel.open(port.getLocalAddress()).socket();
  }

  private static Throwable refusal(CompletableFuture<Socket> accepted) {
    return assertThrows(ExecutionException.class, () -> accepted.get(30, TimeUnit.SECONDS))
        .getCause();
  }

  private static Socket get(CompletableFuture<Socket> accepted) throws Exception {
    return accepted.get(30, TimeUnit.SECONDS);
  }

  private static Handshake handshake(String secret) {
    return handshake(secret, false);
  }

  private static Handshake handshake(String secret, boolean translated) {
    try {
      return new Handshake(Identity.ofSecret(secret), translated, METERS);
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }
}
