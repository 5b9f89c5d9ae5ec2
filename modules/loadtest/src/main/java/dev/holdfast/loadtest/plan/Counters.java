package dev.holdfast.loadtest.plan;

import java.util.HashMap;
import java.util.Map;

/**
 * The counts of a worker from its start on.
 *
 * @param clients that are to be connected by now
 * @param attached clients that are at this moment
 * @param live of these, those whose channels are all live
 * @param connects that succeeded, first ones and later ones
 * @param published publications that were begun
 * @param acknowledged of these, those that were answered as stored
 * @param failed of these, those that were refused or given up
 * @param late of these, those that were begun more than 10 ms after their intended time
 * @param received events
 * @param bytes of these
 * @param called registry answers
 * @param interrupted connections that were lost when attached
 * @param resumed of these, those that came back as the same session
 * @param restarted of these, those that got another session
 * @param closes by close code, 1006 if there was none
 * @param errors by message, at most 20 of them
 */
public record Counters(
    long clients,
    long attached,
    long live,
    long connects,
    long published,
    long acknowledged,
    long failed,
    long late,
    long received,
    long bytes,
    long called,
    long interrupted,
    long resumed,
    long restarted,
    Map<String, Long> closes,
    Map<String, Long> errors) {
  public static final Counters NONE =
      new Counters(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, Map.of(), Map.of());

  public Counters plus(Counters other) {
    return new Counters(
        clients + other.clients,
        attached + other.attached,
        live + other.live,
        connects + other.connects,
        published + other.published,
        acknowledged + other.acknowledged,
        failed + other.failed,
        late + other.late,
        received + other.received,
        bytes + other.bytes,
        called + other.called,
        interrupted + other.interrupted,
        resumed + other.resumed,
        restarted + other.restarted,
        sum(closes, other.closes),
        sum(errors, other.errors));
  }

  private static Map<String, Long> sum(Map<String, Long> one, Map<String, Long> two) {
    var sum = new HashMap<>(one);
    two.forEach((key, count) -> sum.merge(key, count, Long::sum));
    return sum;
  }
}
