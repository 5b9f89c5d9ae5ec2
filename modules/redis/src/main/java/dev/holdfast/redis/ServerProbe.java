package dev.holdfast.redis;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Looks at loopback ports, blocking. */
final class ServerProbe {
  private static final int TIMEOUT_MILLIS = 1_000;
  private static final Pattern PROCESS_ID = Pattern.compile("\nprocess_id:(\\d+)");
  private static final Pattern NOT_WRITTEN = Pattern.compile("\naof_last_write_status:err");
  private static final Pattern LOADED = Pattern.compile("\nloading:0");

  enum State {
    SILENT,
    LOADING,
    READY
  }

  private ServerProbe() {}

  static int freePort() throws IOException {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  /**
   * How far the server process {@code pid} at this port is; fails where another Redis has the port.
   */
  static State look(int port, long pid) throws IOException {
    String info = info(port);
    Matcher id = PROCESS_ID.matcher(info);
    if (!id.find()) {
      return State.SILENT;
    }
    if (Long.parseLong(id.group(1)) != pid) {
      throw new IOException("port " + port + " is taken by another Redis, process " + id.group(1));
    }
    return LOADED.matcher(info).find() ? State.READY : State.LOADING;
  }

  /** Whether the server there could not write to its append-only file when it last tried. */
  static boolean refusesWrites(int port) {
    return NOT_WRITTEN.matcher(info(port)).find();
  }

  private static String info(int port) {
    try (var socket = new Socket()) {
      socket.setSoTimeout(TIMEOUT_MILLIS);
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), TIMEOUT_MILLIS);
      socket.getOutputStream().write("INFO\r\nQUIT\r\n".getBytes(StandardCharsets.US_ASCII));
      InputStream answer = socket.getInputStream();
      return new String(answer.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException notYet) {
      return "";
    }
  }
}
