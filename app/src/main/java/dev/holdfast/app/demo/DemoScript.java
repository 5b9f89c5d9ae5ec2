package dev.holdfast.app.demo;

import java.util.concurrent.ThreadLocalRandom;

/** Who is who in the demo, and what is published to whom. */
final class DemoScript {
  static final String TENANT = "demo";
  private static final int TOPICS = 10;

  private DemoScript() {}

  static String user(int i) {
    return "user-" + i;
  }

  static String topicOf(int i) {
    return "topic:" + i % TOPICS;
  }

  /**
   * Of ten publications one goes to the whole tenant, four to a topic, five to a single user.
   *
   * @param n which publication, from 0
   */
  static String channel(long n, int users) {
    int random = ThreadLocalRandom.current().nextInt(users);
    long turn = n % 10;
    if (turn == 0) {
      return "tenant";
    }
    return turn < 5 ? topicOf(random) : "user:" + user(random);
  }
}
