package dev.holdfast.testkit.attacks;

import dev.holdfast.testkit.attacks.kinds.Attacks;
import dev.holdfast.testkit.attacks.kinds.Target;
import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Attacks from a process of its own, on orders from its standard input: a line each, answered by a
 * line when it is over. Ends with its input.
 */
final class AttackerMain {
  /** Linux shares its time among groups, one for each session, if it has this. */
  static final Path GROUP = Path.of("/proc/self/autogroup");

  private AttackerMain() {}

  /**
   * @param args whether it has a session of its own; how many threads compute all the time
   */
  public static void main(String[] args) throws IOException {
    if (Boolean.parseBoolean(args[0])) {
      beNice();
    }
    IntStream.range(0, Integer.parseInt(args[1])).forEach(i -> compute());
    var orders = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    var answers =
        new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
    for (String line = orders.readLine(); line != null; line = orders.readLine()) {
      answers.println(attack(line.split("\t")));
    }
    Runtime.getRuntime().halt(0);
  }

  /** All threads together; some containers do not allow it. */
  private static void beNice() {
    try {
      Files.writeString(GROUP, "19");
    } catch (IOException e) {
      System.err.println("It takes as much of the machine's time as others: " + e);
    }
  }

  private static void compute() {
    var thread =
        new Thread(
            () -> {
              while (!Thread.interrupted()) {
                Thread.onSpinWait();
              }
            },
            "busy");
    thread.setDaemon(true);
    thread.start();
  }

  /** Name, nanoseconds, ports, ports of the bus, and the two tokens. */
  private static String attack(String[] order) {
    var aim = new Target.Aim(ports(order[2]), ports(order[3]), order[4], order[5]);
    var target = new Target(aim, Long.parseLong(order[1]));
    try (target) {
      Attacks.named(order[0]).begin(target);
    }
    return target.answers().tries() + "\t" + target.answers().text();
  }

  private static List<Integer> ports(String text) {
    return Arrays.stream(text.split(",")).map(Integer::valueOf).toList();
  }
}
