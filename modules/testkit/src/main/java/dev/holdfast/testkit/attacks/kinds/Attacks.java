package dev.holdfast.testkit.attacks.kinds;

import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Lists all attacks. */
public final class Attacks {
  /** All attacks of a hostile tenant together. */
  public static final String AT_ONCE = "many of them at once";

  private static final Set<String> IN_CI =
      Set.of(
          "tiny publications to fresh topics over HTTP",
          "unsubscribe what is not read",
          "bodies that do not end",
          "odd upgrades");

  private static final Set<String> DOORS =
      Doors.all().map(Attack::name).collect(Collectors.toSet());

  private static final List<Attack> SINGLE =
      Stream.of(
              Controls.all(),
              Doors.all(),
              Floods.all(),
              Stream.of(
                  new UnfinishedBodies(),
                  new SilentReaders("streams that take nothing", true),
                  new SilentReaders("WebSockets that take nothing", false),
                  new SilentAnswers("downloads that take nothing", true),
                  new SilentAnswers("answers that nobody reads", false),
                  new HistoryReads()),
              Crowds.all(),
              Stream.of(new BusStrangers()))
          .<Attack>flatMap(some -> some)
          .toList();

  private static final List<Attack> ALL =
      Stream.concat(SINGLE.stream(), Stream.of(new AtOnce())).toList();

  /**
   * Runs several attacks at once, without those that take all places of their user, so that the
   * others have some.
   */
  private record AtOnce() implements Attack {
    private static final Set<String> PARTS =
        Set.of(
            "tiny publications to fresh topics over HTTP",
            "large publications on WebSockets",
            "subscribe and unsubscribe fresh topics",
            "sessions that are left",
            "unsubscribe what is not read",
            "requests to fresh services",
            "reads of a large history",
            "bodies that do not end");

    @Override
    public String name() {
      return AT_ONCE;
    }

    @Override
    public void begin(Target target) {
      SINGLE.stream().filter(part -> PARTS.contains(part.name())).forEach(p -> p.begin(target));
    }
  }

  private Attacks() {}

  /**
   * @param wanted {@code ci}: the short form; {@code all}; {@code doors}: all by which Redis was
   *     filled; or parts of names, commas between
   */
  public static List<Attack> of(String wanted) {
    return ALL.stream().filter(attack -> isWanted(attack.name(), wanted)).toList();
  }

  public static Attack named(String name) {
    return ALL.stream().filter(attack -> attack.name().equals(name)).findFirst().orElseThrow();
  }

  private static boolean isWanted(String name, String wanted) {
    return switch (wanted) {
      case "all" -> !name.equals(AT_ONCE);
      case "ci" -> IN_CI.contains(name);
      case "doors" -> DOORS.contains(name);
      default -> Arrays.stream(wanted.split(",")).anyMatch(name::contains);
    };
  }
}
