package dev.holdfast.app.demo;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Map;

/** What the children tell their parent: records as JSON, one a line. */
final class Reports {
  private static final ObjectMapper JSON = new ObjectMapper();

  private Reports() {}

  /**
   * Of the clients.
   *
   * @param attached sessions by node
   * @param away sessions without a connection at this moment
   * @param interruptions connections that were lost
   * @param resumed sessions that came back as themselves
   * @param restarted sessions that came back as another, or were refused
   * @param gaps that a node told
   * @param resumeMillis time to resume: p50, p99, max
   * @param ready all are attached and read all their channels
   * @param complete asked to finish, and everything is there; or too much time has passed
   */
  record Clients(
      Map<String, Integer> attached,
      int away,
      long received,
      long lost,
      long duplicated,
      long outOfOrder,
      long interruptions,
      long resumed,
      long restarted,
      long gaps,
      long[] resumeMillis,
      boolean ready,
      boolean complete) {
    static final Clients NONE =
        new Clients(Map.of(), 0, 0, 0, 0, 0, 0, 0, 0, 0, new long[3], false, false);
  }

  /**
   * Of the service.
   *
   * @param failed publications that were given up
   * @param totals publications by channel, when it has stopped
   */
  record Service(
      long published, long acknowledged, long failed, boolean stopped, Map<String, Long> totals) {
    static final Service NONE = new Service(0, 0, 0, false, Map.of());
  }

  static String line(Object report) {
    try {
      return JSON.writeValueAsString(report);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a record of numbers can be written", e);
    }
  }

  static <T> T parse(String line, Class<T> type) {
    try {
      return JSON.readValue(line, type);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("not a report: " + line, e);
    }
  }
}
