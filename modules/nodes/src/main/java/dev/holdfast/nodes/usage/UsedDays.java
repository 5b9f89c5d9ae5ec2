package dev.holdfast.nodes.usage;

import dev.holdfast.connections.usage.UsageMessage.DayUsed;
import dev.holdfast.connections.usage.UsageMessage.DaysUsed;
import dev.holdfast.redis.Reply;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The days of a tenant, as {@code use_add} writes them. */
final class UsedDays {
  private UsedDays() {}

  /**
   * Reads the fields of a tenant.
   *
   * @param count of days, back from today
   */
  static DaysUsed of(Reply fields, int count, LocalDate today) {
    Map<Long, Map<String, Long>> days = new TreeMap<>();
    for (int i = 0; i + 1 < fields.size(); i += 2) {
      String[] words = fields.at(i).asText().split(" ");
      if (words.length == 2) { // the other is the day that began last
        long day = Long.parseLong(words[0]);
        days.computeIfAbsent(day, first -> new HashMap<>())
            .put(words[1], fields.at(i + 1).asLong());
      }
    }
    List<DayUsed> used = new ArrayList<>();
    days.forEach(
        (day, amounts) -> {
          if (day > today.toEpochDay() - count) {
            used.add(new DayUsed(LocalDate.ofEpochDay(day).toString(), amounts));
          }
        });
    return new DaysUsed(used);
  }
}
