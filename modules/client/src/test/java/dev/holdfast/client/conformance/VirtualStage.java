package dev.holdfast.client.conformance;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.client.conformance.Stage.Happening.Kind;
import java.net.URI;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.PriorityQueue;
import java.util.function.Function;

/**
 * A stage in one thread, whose clock jumps to the next thing that is due: a script that waits for
 * seconds takes no time.
 */
final class VirtualStage implements Stage {
  private final List<Happening> happenings = new ArrayList<>();
  private final Deque<Runnable> ready = new ArrayDeque<>();
  private final PriorityQueue<Timer> timers =
      new PriorityQueue<>(Comparator.comparingLong(Timer::at).thenComparingLong(Timer::number));
  private final List<Link> links = new ArrayList<>();
  private final Function<World, ClientUnderTest> clients;
  private Place place;
  private long clock = 1_000_000;
  private long numbers;
  private int refuseStatus;
  private long refuseAfter;

  private record Timer(long at, long number, Runnable task) {}

  /** A connection: the node's number is its place in the list, the client's is its own. */
  private record Link(Place place, int ofClient) {}

  /**
   * @param clients makes a client for each command {@code start}
   */
  VirtualStage(Function<World, ClientUnderTest> clients) {
    this.clients = clients;
  }

  @Override
  public List<Happening> happenings() {
    return List.copyOf(happenings);
  }

  @Override
  public void take(Happening happening) {
    happenings.remove(happening);
  }

  private void add(Kind kind, int link, int address, ObjectNode json) {
    happenings.add(new Happening(kind, link, address, json, clock));
  }

  @Override
  public boolean await(int seen, long until) {
    while (happenings.size() == seen) {
      if (!ready.isEmpty()) {
        ready.poll().run();
      } else if (!timers.isEmpty() && timers.peek().at <= until) {
        Timer next = timers.poll();
        clock = Math.max(clock, next.at);
        next.task.run();
      } else {
        clock = Math.max(clock, until);
        return false;
      }
    }
    return true;
  }

  @Override
  public long now() {
    return clock;
  }

  @Override
  public int scale() {
    return 1;
  }

  @Override
  public void command(ObjectNode command) {
    if (command.path("do").asText().equals("start")) {
      place = new Place();
      place.client = clients.apply(place);
    }
    ClientUnderTest client = place.client;
    ready.add(() -> client.command(command));
  }

  @Override
  public void send(int link, String text) {
    Link to = links.get(link - 1);
    ready.add(() -> to.place.client.received(to.ofClient, text));
  }

  @Override
  public void close(int link, int code, String reason) {
    Link of = links.get(link - 1);
    ready.add(() -> of.place.client.closed(of.ofClient, code, reason));
  }

  @Override
  public void cut(int link) {
    close(link, 1006, "");
  }

  @Override
  public void refuseNext(int status, long retryAfterSeconds) {
    refuseStatus = status;
    refuseAfter = retryAfterSeconds;
  }

  @Override
  public List<String> addresses(int count) {
    return List.of("ws://node-1/v1/connect", "ws://node-2/v1/connect").subList(0, count);
  }

  @Override
  public void close() {
    // Nothing is held.
  }

  /** What is around one client. */
  private final class Place implements World {
    private ClientUnderTest client;

    @Override
    public void open(int link, URI address) {
      int number = address.getHost().endsWith("2") ? 2 : 1;
      if (refuseStatus != 0) {
        int status = refuseStatus;
        refuseStatus = 0;
        add(Kind.REFUSED, 0, number, null);
        ready.add(() -> client.refused(link, status, refuseAfter * 1_000));
        return;
      }
      links.add(new Link(this, link));
      add(Kind.OPENED, links.size(), number, null);
      ready.add(() -> client.opened(link));
    }

    @Override
    public void send(int link, String frame) {
      add(Kind.FRAME, outer(link), 0, Play.parse(frame));
    }

    @Override
    public void close(int link) {
      if (links.contains(new Link(this, link))) {
        add(Kind.CLOSED, outer(link), 0, null);
      }
    }

    private int outer(int link) {
      return links.indexOf(new Link(this, link)) + 1;
    }

    @Override
    public long now() {
      return clock;
    }

    @Override
    public Runnable after(long millis, Runnable task) {
      var timer = new Timer(clock + millis, ++numbers, task);
      timers.add(timer);
      return () -> timers.remove(timer);
    }

    @Override
    public void report(ObjectNode report) {
      add(Kind.REPORT, 0, 0, report);
    }
  }
}
