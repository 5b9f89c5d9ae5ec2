package dev.holdfast.gateway.http;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** HTTP as bytes, for what no client library would send. */
public final class RawHttp {
  private RawHttp() {}

  public static String upgrade(String path, String headers) {
    return "GET "
        + path
        + " HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
        + headers
        + "\r\n";
  }

  public static String send(int port, String bytes) {
    return send(port, bytes.getBytes(StandardCharsets.ISO_8859_1));
  }

  /** What comes back until the server closes, or says nothing for 2 s. */
  public static String send(int port, byte[] bytes) {
    try (Socket socket = new Socket("127.0.0.1", port)) {
      socket.setSoTimeout(2_000);
      socket.getOutputStream().write(bytes);
      socket.getOutputStream().flush();
      return read(socket.getInputStream());
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String read(InputStream in) throws IOException {
    ByteArrayOutputStream answer = new ByteArrayOutputStream();
    byte[] buffer = new byte[8_192];
    try {
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        answer.write(buffer, 0, n);
        if (isWhole(answer.toString(StandardCharsets.UTF_8))) {
          break;
        }
      }
    } catch (SocketTimeoutException silent) {
      return answer.toString(StandardCharsets.UTF_8);
    }
    return answer.toString(StandardCharsets.UTF_8);
  }

  private static boolean isWhole(String answer) {
    int end = answer.indexOf("\r\n\r\n");
    if (end < 0) {
      return false;
    }
    String length = reply(answer).header("content-length");
    int body = answer.getBytes(StandardCharsets.UTF_8).length - end - 4;
    return length != null && body >= Integer.parseInt(length);
  }

  public static HttpCalls.Reply reply(String answer) {
    int end = answer.indexOf("\r\n\r\n");
    List<String> lines = Arrays.asList(answer.substring(0, end).split("\r\n"));
    Map<String, List<String>> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    for (String line : lines.subList(1, lines.size())) {
      int colon = line.indexOf(':');
      headers.put(line.substring(0, colon), List.of(line.substring(colon + 1).strip()));
    }
    return new HttpCalls.Reply(
        Integer.parseInt(lines.get(0).split(" ")[1]),
        HttpHeaders.of(headers, (name, value) -> true),
        answer.substring(end + 4));
  }
}
