package dev.holdfast.cluster;

import com.hazelcast.nio.MemberSocketInterceptor;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
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
 * What two members say on a connection of membership before Hazelcast says or hears a word: each
 * sends a number that was never used and its certificates, then its signature over both numbers and
 * both's certificates. Whoever does not know the cluster's secret has no certificate that is taken,
 * and what one has heard of others' handshakes is of no use, as the numbers differ.
 *
 * <p>Blocks, on a thread of Hazelcast's; bounded in time and in bytes.
 */
final class Handshake implements MemberSocketInterceptor {
  private static final Logger LOG = LoggerFactory.getLogger(Handshake.class);
  private static final byte[] GREETING = "holdfast member 1\n".getBytes(StandardCharsets.US_ASCII);
  private static final int NUMBER_BYTES = 32;
  private static final int MOST_BYTES = 16 << 10;

  /** A process that starts on a busy machine takes its time. */
  private static final Duration PATIENCE = Duration.ofSeconds(8);

  private static final String ENCODING = "PkiPath";

  private final Identity self;
  private final Duration patience;
  private final SecureRandom random = new SecureRandom();

  Handshake(Identity self) {
    this(self, PATIENCE);
  }

  Handshake(Identity self, Duration patience) {
    this.self = self;
    this.patience = patience;
  }

  @Override
  public void init(Properties none) {
    // All that it needs is there.
  }

  @Override
  public void onConnect(Socket socket) throws IOException {
    run(socket, "connector", "acceptor");
  }

  @Override
  public void onAccept(Socket socket) throws IOException {
    try {
      run(socket, "acceptor", "connector");
    } catch (IOException e) {
      LOG.debug("{} is no member: {}", socket.getRemoteSocketAddress(), e.getMessage());
      throw e;
    }
  }

  /** Both sides do the same; the roles keep one's signature from being sent back to it. */
  private void run(Socket socket, String role, String others) throws IOException {
    long until = System.nanoTime() + patience.toNanos();
    try {
      byte[] said = hello();
      send(socket, said);
      byte[] heard = receive(socket, until);
      byte[] all = role.equals("connector") ? both(said, heard) : both(heard, said);
      send(socket, self.sign(both(role.getBytes(StandardCharsets.US_ASCII), all)));
      byte[] signed = receive(socket, until);
      self.verify(path(heard), both(others.getBytes(StandardCharsets.US_ASCII), all), signed);
      socket.setSoTimeout(0);
    } catch (GeneralSecurityException e) {
      throw new IOException("not a member of this cluster: " + e.getMessage(), e);
    }
  }

  private byte[] hello() throws GeneralSecurityException {
    byte[] number = new byte[NUMBER_BYTES];
    random.nextBytes(number);
    return both(number, self.path().getEncoded(ENCODING));
  }

  private static CertPath path(byte[] hello) throws GeneralSecurityException {
    if (hello.length < NUMBER_BYTES) {
      throw new GeneralSecurityException("too short");
    }
    byte[] encoded = Arrays.copyOfRange(hello, NUMBER_BYTES, hello.length);
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
      throw new IOException("it does not prove that it is a member");
    }
    byte[] length = read(socket, 2, until);
    int bytes = (length[0] & 0xff) << 8 | length[1] & 0xff;
    if (bytes > MOST_BYTES) {
      throw new IOException("too long a proof: " + bytes + " bytes");
    }
    return read(socket, bytes, until);
  }

  /** Who sends a byte now and then does not hold a thread. */
  private static byte[] read(Socket socket, int count, long until) throws IOException {
    InputStream in = socket.getInputStream();
    byte[] bytes = new byte[count];
    for (int at = 0; at < count; ) {
      long leftMs = (until - System.nanoTime()) / 1_000_000;
      if (leftMs <= 0) {
        throw new SocketTimeoutException("no proof in time");
      }
      socket.setSoTimeout((int) leftMs);
      int read = in.read(bytes, at, count - at);
      if (read < 0) {
        throw new IOException("it went before its proof was there");
      }
      at += read;
    }
    return bytes;
  }

  private static byte[] both(byte[] first, byte[] second) {
    byte[] both = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, both, first.length, second.length);
    return both;
  }
}
