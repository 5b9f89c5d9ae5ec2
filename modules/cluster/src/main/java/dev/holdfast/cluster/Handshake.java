package dev.holdfast.cluster;

import com.hazelcast.nio.MemberSocketInterceptor;
import dev.holdfast.cluster.identity.Identity;
import dev.holdfast.core.bounds.LastComers;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.security.cert.CertPath;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.Arrays;
import java.util.Properties;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The proof that two members give each other on a connection of membership, before Hazelcast
 * exchanges a word. Each sends a random number that is never used again, the address that it
 * believes to be connected to, and its certificates. Then each signs everything that both have
 * sent.
 *
 * <p>A process that does not know the cluster's secret has no valid certificate. Recorded
 * handshakes are useless, as the numbers differ. An attacker in between, at the port of a member
 * that is gone, is found out by the address that the other side meant.
 *
 * <p>Blocks, on a thread of Hazelcast's; bounded in time and in bytes.
 */
final class Handshake implements MemberSocketInterceptor {
  private static final Logger LOG = LoggerFactory.getLogger(Handshake.class);
  private static final byte[] GREETING = "holdfast member 1\n".getBytes(StandardCharsets.US_ASCII);
  private static final int NUMBER_BYTES = 32;

  /** Size of an IPv6 address and a port. */
  private static final int PLACE_BYTES = 18;

  private static final int MOST_BYTES = 16 << 10;

  /** Longest duration of a handshake: a process that starts on a busy machine is slow. */
  private static final Duration PATIENCE = Duration.ofSeconds(8);

  /** Most accepted connections without a proof yet; each holds a thread. */
  static final int MOST = Membership.TASKS - 16;

  private static final long LONGEST_WAIT_NS = 1_000_000_000L;
  private static final long STEP_MS = 50;

  private static final String ENCODING = "PkiPath";

  private final Identity self;
  private final boolean translated;
  private final Duration patience;
  private final LastComers<Socket> strangers;
  private final SecureRandom random = new SecureRandom();
  private final Object room = new Object();

  /** Guarded by {@code room}. */
  private int accepted;

  /**
   * @param translated whether others reach this member by another address than its own
   */
  Handshake(Identity self, boolean translated, Meters meters) {
    this(self, translated, PATIENCE, meters);
  }

  Handshake(Identity self, boolean translated, Duration patience, Meters meters) {
    this.self = self;
    this.translated = translated;
    this.patience = patience;
    this.strangers = new LastComers<>(MOST, Handshake::close);
    meters.strangers("membership", strangers);
  }

  @Override
  public void init(Properties none) {
    // All that it needs is there.
  }

  @Override
  public void onConnect(Socket socket) throws IOException {
    run(socket, (InetSocketAddress) socket.getRemoteSocketAddress(), "connector", "acceptor");
  }

  /**
   * Holds the accepting thread until there is room for one more. Called before each {@link
   * #onAccept}. Without it every connection would be accepted, and wait with an open file.
   */
  void makeRoom() {
    long until = System.nanoTime() + LONGEST_WAIT_NS;
    synchronized (room) {
      boolean waits = true;
      while (waits && accepted >= MOST && System.nanoTime() < until) {
        strangers.dropOldest();
        waits = awaitEnd();
      }
      accepted++;
    }
  }

  private boolean awaitEnd() {
    try {
      room.wait(STEP_MS);
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  @Override
  public void onAccept(Socket socket) throws IOException {
    strangers.came(socket);
    try {
      run(socket, (InetSocketAddress) socket.getLocalSocketAddress(), "acceptor", "connector");
    } catch (IOException e) {
      LOG.debug("{} is no member: {}", socket.getRemoteSocketAddress(), e.getMessage());
      throw e instanceof Refused ? e : new Refused(e.toString());
    } finally {
      strangers.left(socket);
      synchronized (room) {
        accepted--;
        room.notifyAll();
      }
    }
  }

  private static boolean close(Socket stranger) {
    try {
      stranger.close();
    } catch (IOException e) {
      LOG.debug("not closed: {}", e.toString());
    }
    return true;
  }

  /**
   * Runs the handshake; both sides do the same. The roles keep a peer from sending one's own
   * signature back.
   *
   * @param at the address of the accepting side, as this side knows it
   */
  private void run(Socket socket, InetSocketAddress at, String role, String others)
      throws IOException {
    long until = System.nanoTime() + patience.toNanos();
    try {
      byte[] said = hello(at);
      send(socket, said);
      byte[] heard = receive(socket, until);
      boolean accepts = role.equals("acceptor");
      if (accepts) {
        checkPlace(said, heard);
      }
      byte[] all = accepts ? both(heard, said) : both(said, heard);
      send(socket, self.sign(both(role.getBytes(StandardCharsets.US_ASCII), all)));
      byte[] signed = receive(socket, until);
      self.verify(path(heard), both(others.getBytes(StandardCharsets.US_ASCII), all), signed);
      socket.setSoTimeout(0);
    } catch (GeneralSecurityException e) {
      throw new Refused("not a member of this cluster: " + e.getMessage());
    }
  }

  /** Returns the first message: number, place in a fixed length, certificates. */
  private byte[] hello(InetSocketAddress at) throws GeneralSecurityException {
    byte[] number = new byte[NUMBER_BYTES];
    random.nextBytes(number);
    byte[] place = ByteBuffer.allocate(PLACE_BYTES).put(at.getAddress().getAddress()).array();
    place[PLACE_BYTES - 2] = (byte) (at.getPort() >> 8);
    place[PLACE_BYTES - 1] = (byte) at.getPort();
    return both(both(number, place), self.path().getEncoded(ENCODING));
  }

  /**
   * Checks that the peer meant this place. Behind a translation of addresses it can't know the
   * place.
   */
  private void checkPlace(byte[] said, byte[] heard) throws GeneralSecurityException {
    int end = NUMBER_BYTES + PLACE_BYTES;
    if (heard.length < end) {
      throw new GeneralSecurityException("too short");
    }
    boolean same = Arrays.equals(said, NUMBER_BYTES, end, heard, NUMBER_BYTES, end);
    if (!same && !translated) {
      throw new GeneralSecurityException("it speaks for another address");
    }
  }

  private static CertPath path(byte[] hello) throws GeneralSecurityException {
    byte[] encoded = Arrays.copyOfRange(hello, NUMBER_BYTES + PLACE_BYTES, hello.length);
    return CertificateFactory.getInstance("X.509")
        .generateCertPath(new ByteArrayInputStream(encoded), ENCODING);
  }

  private static void send(Socket socket, byte[] part) throws IOException {
    var out = new ByteArrayOutputStream();
    var data = new DataOutputStream(out);
    data.write(GREETING);
    data.writeShort(part.length);
    data.write(part);
    socket.getOutputStream().write(out.toByteArray());
  }

  private static byte[] receive(Socket socket, long until) throws IOException {
    if (!Arrays.equals(GREETING, read(socket, GREETING.length, until))) {
      throw new Refused("it does not prove that it is a member");
    }
    byte[] length = read(socket, 2, until);
    int bytes = (length[0] & 0xff) << 8 | length[1] & 0xff;
    if (bytes > MOST_BYTES) {
      throw new Refused("its proof is too long");
    }
    return read(socket, bytes, until);
  }

  /** Reads bytes up to a deadline, so that a peer that sends slowly does not hold a thread. */
  private static byte[] read(Socket socket, int count, long until) throws IOException {
    InputStream in = socket.getInputStream();
    byte[] bytes = new byte[count];
    for (int at = 0; at < count; ) {
      long leftMs = (until - System.nanoTime()) / 1_000_000;
      if (leftMs <= 0) {
        throw new Refused("no proof in time");
      }
      socket.setSoTimeout((int) leftMs);
      int read = in.read(bytes, at, count - at);
      if (read < 0) {
        throw new Refused("it went before its proof was there");
      }
      at += read;
    }
    return bytes;
  }

  /** A refused handshake. It has no stack: Hazelcast would log one for each attempt. */
  private static final class Refused extends IOException {
    private static final long serialVersionUID = 1L;

    Refused(String message) {
      super(message);
    }

    @Override
    public synchronized Throwable fillInStackTrace() {
      return this;
    }
  }

  private static byte[] both(byte[] first, byte[] second) {
    byte[] both = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, both, first.length, second.length);
    return both;
  }
}
