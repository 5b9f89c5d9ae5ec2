package dev.holdfast.testkit.attacks.kinds;

import java.io.EOFException;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * The target of an attack, with its end and the rights of the attacker. Its end closes every
 * connection, so that an attack is over when its time is, whatever it waits for.
 */
public final class Target implements AutoCloseable {
  /** Another than that of bystanders: limits by address distinguish the two. */
  private static final String FROM = "127.0.0.66";

  private static final long PAUSE = TimeUnit.MILLISECONDS.toNanos(5);

  /**
   * @param ports of clients, of each node
   * @param busPorts of the bus, of each node
   * @param token with every permission of its tenant
   * @param powerless of a user of the same tenant without a permission
   */
  public record Aim(List<Integer> ports, List<Integer> busPorts, String token, String powerless) {}

  private static final long LATE = TimeUnit.SECONDS.toNanos(20);

  /** A part of an attack: done again and again until its time is over. */
  interface Blow {
    /**
     * @param number of the thread, from 0
     */
    void strike(int number) throws IOException;
  }

  private final Aim aim;
  private final long end;
  private final Answers answers = new Answers();
  private final Set<RawClient> open = ConcurrentHashMap.newKeySet();
  private final ExecutorService threads =
      Executors.newCachedThreadPool(
          task -> {
            var thread = new Thread(null, task, "attack", 128 * 1024);
            thread.setDaemon(true);
            return thread;
          });

  public Target(Aim aim, long nanos) {
    this.aim = aim;
    this.end = System.nanoTime() + nanos;
  }

  Aim aim() {
    return aim;
  }

  public Answers answers() {
    return answers;
  }

  /**
   * Returns whether the attack goes on. On a busy machine it may begin late; it does not end before
   * its first try.
   */
  boolean lasts() {
    long left = end - System.nanoTime();
    return left > 0 || (answers.tries() == 0 && left > -LATE);
  }

  /** Begins; a blow that the server ends is noted, and struck again. */
  void each(int count, Blow blow) {
    for (int i = 0; i < count; i++) {
      int number = i;
      threads.execute(() -> again(blow, number));
    }
  }

  private void again(Blow blow, int number) {
    while (lasts()) {
      try {
        blow.strike(number);
      } catch (IOException ended) {
        note(ended);
        LockSupport.parkNanos(PAUSE);
      }
    }
  }

  private void note(IOException ended) {
    if (lasts()) {
      answers.add(word(ended));
    }
  }

  private static String word(IOException ended) {
    boolean byServer = ended instanceof EOFException || ended.getClass() == IOException.class;
    if (byServer && ended.getMessage() != null) {
      return ended.getMessage();
    }
    return ended instanceof SocketTimeoutException ? "no answer" : "cut";
  }

  /** Connects to the clients' port of one of the nodes. */
  RawClient connect(int number) throws IOException {
    return connect(aim.ports().get(number % aim.ports().size()), 0);
  }

  RawClient connect(int port, int buffer) throws IOException {
    var client = new RawClient(FROM, port, buffer);
    open.add(client);
    if (!lasts()) {
      client.close();
    }
    return client;
  }

  void close(RawClient client) {
    open.remove(client);
    client.close();
  }

  /** Reads and notes all that comes, until the connection ends. */
  void listen(RawClient client) throws IOException {
    client.waitsForEver();
    threads.execute(
        () -> {
          try {
            while (true) {
              answers.add(client.read());
            }
          } catch (IOException ended) {
            note(ended);
            close(client);
          }
        });
  }

  /** Waits until the attack's time is over. */
  void await() {
    while (lasts()) {
      LockSupport.parkNanos(Math.max(PAUSE, end - System.nanoTime()));
    }
  }

  @Override
  public void close() {
    await();
    open.forEach(RawClient::close);
    threads.shutdown();
    try {
      threads.awaitTermination(10, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
