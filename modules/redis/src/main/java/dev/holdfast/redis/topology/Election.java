package dev.holdfast.redis.topology;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The masters that one round of opinions is for. First the one of the newest configuration epoch,
 * as sentinels themselves believe it: right after a failover not all of them know the new master.
 * Then, as a sentinel may be wrong, the one that most of all configured sentinels name. A sentinel
 * that was away for long and names a master of before is not followed back, unless most do.
 */
final class Election {
  private Election() {}

  /**
   * @param sentinels how many are configured
   * @param known the master that is followed now, with the greatest epoch that it was named with;
   *     none: nobody was found yet
   * @return at most two, the most likely first; to be checked before they are followed
   */
  static List<Opinion> candidates(List<Opinion> opinions, int sentinels, @Nullable Opinion known) {
    Map<ServerAddress, Long> epochs = new HashMap<>();
    Map<ServerAddress, Integer> votes = new HashMap<>();
    for (Opinion opinion : opinions) {
      epochs.merge(opinion.master(), opinion.epoch(), Math::max);
      votes.merge(opinion.master(), 1, Integer::sum);
    }
    List<Opinion> candidates = new ArrayList<>();
    Opinion newest = newest(epochs);
    if (newest != null && isNews(newest, known)) {
      candidates.add(newest);
    }
    votes.forEach(
        (master, count) -> {
          var named = new Opinion(master, epochs.getOrDefault(master, 0L));
          if (count * 2 > sentinels && !candidates.contains(named)) {
            candidates.add(named);
          }
        });
    return candidates;
  }

  /** The one of the greatest epoch; none if several have it. */
  private static @Nullable Opinion newest(Map<ServerAddress, Long> epochs) {
    List<Opinion> sorted =
        epochs.entrySet().stream()
            .map(named -> new Opinion(named.getKey(), named.getValue()))
            .sorted(Comparator.comparingLong(Opinion::epoch).reversed())
            .toList();
    boolean alone =
        sorted.size() == 1 || sorted.size() > 1 && sorted.get(0).epoch() > sorted.get(1).epoch();
    return alone ? sorted.get(0) : null;
  }

  private static boolean isNews(Opinion newest, @Nullable Opinion known) {
    return known == null
        || newest.master().equals(known.master())
        || newest.epoch() > known.epoch();
  }
}
