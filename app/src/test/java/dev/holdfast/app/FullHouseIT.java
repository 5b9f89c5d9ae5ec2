package dev.holdfast.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * A process with few files, and a stranger with many sockets: it took them all, nobody else came
 * in, and whether the node is ready could not even be asked.
 */
@EnabledOnOs(OS.LINUX) // where all of 127.0.0.0/8 is this machine
class FullHouseIT {
  private static final int FILES = 1_024;

  @TempDir Path folder;
  private final List<Socket> sockets = new ArrayList<>();

  @AfterEach
  void close() throws IOException {
    for (Socket socket : sockets) {
      socket.close();
    }
  }

  @Test
  void oneAddressTakesNeitherAllFilesNorAllOfTheNode() throws Exception {
    try (var node = HoldfastProcess.startWith(FILES, folder, args())) {
      int port =
          Integer.parseInt(node.awaitOutput("ws://127\\.0\\.0\\.1:(\\d+)/v1/connect").group(1));
      node.awaitOutput("Ctrl-C ends it");
      for (int i = 0; i < FILES + 76; i++) {
        connect("127.0.0.1", port);
      }
      Awaitility.await()
          .ignoreExceptions() // few at a time get an answer
          .until(() -> ask("127.0.0.1", port, "/health/live").contains("rate_limited"));

      String ready = ask("127.0.0.2", port, "/health/ready");
      assertTrue(ready.startsWith("HTTP/1.1 200"), ready);
      Awaitility.await()
          .until(() -> ask("127.0.0.2", port, "/metrics").contains("holdfast_sockets 501.0"));

      // Nor do many addresses together.
      for (int i = 0; i < FILES; i++) {
        connect("127.0.1." + i / 5, port);
      }
      Awaitility.await("no room for clients")
          .ignoreExceptions()
          .until(() -> ask("127.0.0.3", port, "/health/ready").contains("503"));
      assertEquals(List.of(), hurt(node));
      close();
      Awaitility.await()
          .ignoreExceptions()
          .until(() -> ask("127.0.0.1", port, "/health/ready").startsWith("HTTP/1.1 200"));
      node.endInput();
      assertEquals(0, node.awaitExit(), node.output());
    }
  }

  private String[] args() {
    return new String[] {
      "serve",
      "--end-with-stdin",
      "--data",
      folder.resolve("data").toString(),
      "--set",
      "gateway.port=0",
      "--set",
      "gateway.sockets.perAddress=500",
      "--set",
      "gateway.helloTimeout=1m"
    };
  }

  private static List<String> hurt(HoldfastProcess node) {
    return node.output().lines().filter(line -> line.contains("Too many open files")).toList();
  }

  private Socket connect(String from, int port) throws IOException {
    Socket socket = new Socket();
    sockets.add(socket);
    socket.bind(new InetSocketAddress(from, 0));
    socket.connect(new InetSocketAddress("127.0.0.1", port), 10_000);
    socket.setSoTimeout(10_000);
    return socket;
  }

  private String ask(String from, int port, String path) throws IOException {
    Socket socket = connect(from, port);
    String request = "GET " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    try {
      socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
    } catch (IOException refusedAlready) {
      return read(socket);
    }
    return read(socket);
  }

  private static String read(Socket socket) throws IOException {
    return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
  }
}
