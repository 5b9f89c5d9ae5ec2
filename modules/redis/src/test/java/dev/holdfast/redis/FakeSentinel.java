package dev.holdfast.redis;

import static dev.holdfast.redis.LinkBench.get;

import dev.holdfast.redis.topology.ServerAddress;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetSocket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/** Answers as a sentinel of the name {@code main}, whatever a test wants it to answer. */
final class FakeSentinel {
  private static final String NO_MASTER = "-ERR No such master with that name\r\n";

  private final NetServer server;
  private final Set<NetSocket> sockets = ConcurrentHashMap.newKeySet();

  /** The answer to a question for the master; empty: it hangs. */
  private volatile String answer = NO_MASTER;

  private volatile String password = "";
  private final AtomicInteger asked = new AtomicInteger();

  FakeSentinel(Vertx vertx) {
    server = vertx.createNetServer().connectHandler(this::serve);
    get(server.listen(0, "127.0.0.1"));
  }

  ServerAddress address() {
    return new ServerAddress("127.0.0.1", server.actualPort());
  }

  FakeSentinel names(int port, long epoch) {
    return names("127.0.0.1", Integer.toString(port), Long.toString(epoch));
  }

  FakeSentinel names(String host, String port, String epoch) {
    return describes(host, port, "master", epoch);
  }

  /** It leads a failover: it has the new epoch, and names the master of before. */
  FakeSentinel leadsAwayFrom(int port, long epoch) {
    return describes(
        "127.0.0.1", Integer.toString(port), "master,failover_in_progress", Long.toString(epoch));
  }

  private FakeSentinel describes(String host, String port, String flags, String epoch) {
    return answers(
        list("name", "main", "ip", host, "port", port, "flags", flags, "config-epoch", epoch));
  }

  FakeSentinel namesNobody() {
    return answers(NO_MASTER);
  }

  FakeSentinel hangs() {
    return answers("");
  }

  FakeSentinel answers(String raw) {
    answer = raw;
    return this;
  }

  /** From now on, for those who connect. */
  FakeSentinel asksFor(String wanted) {
    password = wanted;
    return this;
  }

  /** Returns how often it was asked for a master. */
  int asked() {
    return asked.get();
  }

  /** Nobody listens there any more. */
  void end() {
    get(server.close());
    sockets.forEach(NetSocket::close);
  }

  static String list(String... words) {
    var text = new StringBuilder("*" + words.length + "\r\n");
    for (String word : words) {
      text.append('$').append(word.length()).append("\r\n").append(word).append("\r\n");
    }
    return text.toString();
  }

  private void serve(NetSocket socket) {
    sockets.add(socket);
    socket.closeHandler(closed -> sockets.remove(socket));
    var client = new Client();
    socket.handler(bytes -> client.heard(bytes).forEach(socket::write));
  }

  private final class Client {
    private final Function<List<String>, String> answers = this::answer;
    private String unread = "";
    private boolean trusted = password.isEmpty();

    List<String> heard(Buffer bytes) {
      unread += bytes.toString(StandardCharsets.ISO_8859_1);
      List<String> all = new ArrayList<>();
      for (List<String> command = next(); !command.isEmpty(); command = next()) {
        all.add(answers.apply(command));
      }
      return all.stream().filter(text -> !text.isEmpty()).toList();
    }

    /** The next whole command; empty if it has not all come. */
    private List<String> next() {
      List<String> lines = List.of(unread.split("\r\n", -1));
      int words = lines.get(0).startsWith("*") ? Integer.parseInt(lines.get(0).substring(1)) : 0;
      if (words == 0 || lines.size() < 2 * words + 2) {
        return List.of();
      }
      unread = String.join("\r\n", lines.subList(2 * words + 1, lines.size()));
      List<String> command = new ArrayList<>();
      for (int i = 0; i < words; i++) {
        command.add(lines.get(2 * i + 2));
      }
      return command;
    }

    private String answer(List<String> command) {
      String name = command.get(0).toUpperCase(Locale.ROOT);
      int auth = command.indexOf("AUTH");
      if (auth >= 0) {
        // AUTH password, AUTH user password, HELLO 3 AUTH user password
        List<String> words = command.subList(auth + 1, command.size());
        boolean isDefault = words.size() == 1 || words.get(0).equals("default");
        trusted = isDefault && words.get(words.size() - 1).equals(password);
        if (!trusted) {
          return "-WRONGPASS invalid username-password pair or user is disabled.\r\n";
        }
      }
      if (!trusted) {
        return "-NOAUTH Authentication required.\r\n";
      }
      if (name.equals("SENTINEL")) {
        asked.incrementAndGet();
      }
      return switch (name) {
        case "SENTINEL" -> command.contains("main") ? answer : NO_MASTER;
        case "HELLO" -> list("server", "redis");
        case "PING" -> "+PONG\r\n";
        default -> "+OK\r\n";
      };
    }
  }
}
