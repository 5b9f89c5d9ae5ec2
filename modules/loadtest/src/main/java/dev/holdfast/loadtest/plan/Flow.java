package dev.holdfast.loadtest.plan;

/**
 * Publications at a steady rate, in an open model: each has its intended time, whatever became of
 * those before it. Publication {@code k} goes to channel {@code k mod channels}; the publications
 * of a channel are numbered from 1. Channel {@code c} belongs to worker {@code c mod n}, which has
 * the rate's share. With a {@code window} in place of a rate, so many are unanswered at any time.
 *
 * <p>To runs nothing is published: each client asks the agent of the load test, and again as soon
 * as it has the answer, which comes at the client's share of the rate.
 *
 * @param name unique in the plan
 * @param group whose clients read it; its tenant is the tenant
 * @param target which channels
 * @param channels how many: for {@code TENANT} 1, for {@code USER} the first so many clients, for
 *     {@code RUN} all
 * @param rate publications, of runs tokens, per second in all; 0 with a window
 * @param window unanswered ones of each worker; 0 with a rate
 * @param payload bytes of JSON that each carries, of runs characters of an answer, at least 60
 */
public record Flow(
    String name,
    String group,
    Target target,
    int channels,
    double rate,
    int window,
    int payload,
    Via via) {
  /** The channels of the group that a flow goes to. */
  public enum Target {
    TENANT,
    USER,
    TOPIC,
    RUN
  }

  /** The way of publishing. */
  public enum Via {
    /** Over the event bus, like an internal service. */
    BUS,
    /** {@code POST /v1/publish}. */
    HTTP
  }

  /** The channel's name; {@code number} from 0. */
  public String channel(Group of, int number) {
    return switch (target) {
      case TENANT -> "tenant";
      case USER -> "user:" + of.user(number);
      case TOPIC -> of.topic(number);
      case RUN -> "run:" + of.user(number);
    };
  }
}
