package dev.holdfast.embedded;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Looks at an embedded server, blocking.
 *
 * @param port on loopback
 * @param password none: it is open
 */
record ServerProbe(int port, @Nullable String password) {
  private static final int TIMEOUT_MILLIS = 1_000;
  private static final Pattern PROCESS_ID = Pattern.compile("\nprocess_id:(\\d+)");
  private static final Pattern NOT_WRITTEN = Pattern.compile("\naof_last_write_status:err");
  private static final Pattern REFUSED = Pattern.compile("(?m)^-(NOAUTH|WRONGPASS)");
  private static final Pattern LOADED = Pattern.compile("\nloading:0");

  enum State {
    SILENT,
    LOADING,
    READY
  }

  static int freePort() throws IOException {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  /**
   * Returns the state of the server process {@code pid} at this port. Fails if another Redis has
   * the port.
   */
  State look(long pid) throws IOException {
    String info = info();
    if (REFUSED.matcher(info).find()) {
      throw new IOException("port " + port + " is taken by another Redis");
    }
    Matcher id = PROCESS_ID.matcher(info);
    if (!id.find()) {
      return State.SILENT;
    }
    if (Long.parseLong(id.group(1)) != pid) {
      throw new IOException("port " + port + " is taken by another Redis, process " + id.group(1));
    }
    return LOADED.matcher(info).find() ? State.READY : State.LOADING;
  }

  /**
   * Returns whether the server there could not write to its append-only file when it last tried.
   */
  boolean refusesWrites() {
    return NOT_WRITTEN.matcher(info()).find();
  }

  private String info() {
    try (var socket = new Socket()) {
      socket.setSoTimeout(TIMEOUT_MILLIS);
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), TIMEOUT_MILLIS);
      String greeting = password == null ? "" : "AUTH " + password + "\r\n";
      String question = greeting + "INFO\r\nQUIT\r\n";
      socket.getOutputStream().write(question.getBytes(StandardCharsets.US_ASCII));
      InputStream answer = socket.getInputStream();
      return new String(answer.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException notYet) {
      return "";
    }
  }
}
