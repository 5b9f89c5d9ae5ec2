package dev.holdfast.client.conformance;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * What the fake node does to see whether a client keeps a rule; fails with an AssertionError.
 *
 * @param rule its number on the protocol's page
 * @param network whether it can only be seen on a network
 */
record Script(int rule, String title, boolean network, Consumer<Play> body) {
  static Script of(int rule, String title, Consumer<Play> body) {
    return new Script(rule, title, false, body);
  }

  static Script onNetwork(int rule, String title, Consumer<Play> body) {
    return new Script(rule, title, true, body);
  }

  static List<Script> all() {
    List<Script> all = new ArrayList<>();
    all.addAll(ConnectingScripts.ALL);
    all.addAll(SessionScripts.ALL);
    all.addAll(ReadingScripts.ALL);
    all.addAll(PublishingScripts.ALL);
    all.addAll(LivenessScripts.ALL);
    all.addAll(MovingScripts.ALL);
    return all;
  }

  @Override
  public String toString() {
    return rule + ": " + title;
  }
}
