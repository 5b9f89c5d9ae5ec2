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
import java.util.Arrays;
import java.util.List;

/**
 * Attacks from a process of its own, on orders from its standard input: a line each, answered by a
 * line when it is over. Ends with its input.
 */
final class AttackerMain {
  private AttackerMain() {}

  public static void main(String[] args) throws IOException {
    var orders = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    var answers =
        new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
    for (String line = orders.readLine(); line != null; line = orders.readLine()) {
      answers.println(attack(line.split("\t")));
    }
    Runtime.getRuntime().halt(0);
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
