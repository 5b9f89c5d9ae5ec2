package dev.holdfast.loadtest.run.figures;

import org.jspecify.annotations.Nullable;

/**
 * Counts of the seconds that are measured.
 *
 * @param serverCpu seconds of processor time of all nodes; none: not every node reported it
 * @param redisCpu the same of Redis
 * @param machineBusy share of this machine's processor time that was used, 0 to 1; none: unknown
 */
public record Measured(
    double seconds,
    long published,
    long acknowledged,
    long received,
    long called,
    @Nullable Double serverCpu,
    @Nullable Double redisCpu,
    @Nullable Double machineBusy) {
  public static final Measured NOTHING = new Measured(0, 0, 0, 0, 0, null, null, null);

  @Nullable Double perSecond(long count) {
    return seconds == 0 ? null : (Double) (count / seconds);
  }
}
