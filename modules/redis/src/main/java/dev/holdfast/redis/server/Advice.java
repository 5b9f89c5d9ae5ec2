package dev.holdfast.redis.server;

import java.util.List;
import java.util.regex.Pattern;

/**
 * What an operator is to do about an answer of a server, or about what is missing. Each text is one
 * line for logs and the details of health. None has a secret in it.
 */
public final class Advice {
  private static final String CREDENTIALS =
      "check user and password in redis.uri, which are the same for all servers";

  private static final List<Known> KNOWN =
      List.of(
          new Known(
              "NOAUTH|WRONGPASS|invalid password|without any password configured", CREDENTIALS),
          new Known(
              "NOPERM",
              "give the user of redis.uri its rights at this server, too: ~hf:* +@all -@admin"
                  + " -@dangerous +info, in a cluster +cluster|nodes and +asking besides"),
          new Known(
              "is a replica|READONLY",
              "if redis.uri alone names it, name its primary in redis.uri, or use redis.sentinel;"
                  + " otherwise it is left as soon as sentinels or the cluster name another"),
          new Known("in cluster mode", "name servers of the cluster in redis.cluster.addresses"),
          new Known(
              "cluster support disabled|no server of a cluster",
              "leave redis.cluster out, or name servers of the cluster there"));

  private static final Pattern UNKNOWN_COMMAND = Pattern.compile("ERR unknown command.*");

  /**
   * A problem that is known.
   *
   * @param words a regular expression of which it has a match
   */
  private record Known(Pattern words, String advice) {
    Known(String words, String advice) {
      this(Pattern.compile(words), advice);
    }
  }

  private Advice() {}

  /**
   * Returns a problem, and what to do about it if that is known. The words of a command that the
   * server does not know are left out: they may be a password.
   */
  public static String with(String problem) {
    String named = plain(problem);
    String advice = of(named);
    return advice.isEmpty() ? named : named + " (" + advice + ")";
  }

  /** Returns a problem without the words of a command that the server does not know. */
  public static String plain(String problem) {
    return UNKNOWN_COMMAND
        .matcher(problem)
        .replaceFirst("it does not know a command that is needed (is it a Redis?)");
  }

  /** Returns what to do about a problem; empty: nothing is known. */
  public static String of(String problem) {
    return KNOWN.stream()
        .filter(known -> known.words().matcher(problem).find())
        .map(Known::advice)
        .findFirst()
        .orElse("");
  }

  /**
   * @param slots as Redis writes them
   */
  public static String unserved(String slots) {
    return "nobody serves slots "
        + slots
        + ": what is in them is refused, the other slots go on (give them to a master:"
        + " redis-cli --cluster fix)";
  }

  /** Returns the description of a master that can't be reached, and may have no replica. */
  public static String away(String address, String slots, String problem) {
    String why = problem.isEmpty() ? "" : ": " + problem;
    String advice =
        of(problem).isEmpty()
            ? " (start it, or promote its replica: CLUSTER FAILOVER FORCE there, or TAKEOVER if most"
                + " masters are gone)"
            : "";
    return "no connection to " + address + " (slots " + slots + ")" + why + advice;
  }

  /**
   * Returns the description of a cluster that refuses everything.
   *
   * @param answer of a server: CLUSTERDOWN and more
   */
  public static String down(String answer) {
    return "servers refuse all slots, as the cluster is down: "
        + answer
        + " (start the masters that are away, or give their slots to others: redis-cli --cluster"
        + " check says which; with cluster-require-full-coverage no a shard that is away leaves the"
        + " others in use, if most masters are there)";
  }

  /**
   * Returns the description of a slot whose calls get nowhere.
   *
   * @param answer of the server that got the last of them; empty: none has answered
   */
  public static String stuck(int slot, String answer) {
    return answer.isEmpty()
        ? "calls wait in vain for slot " + slot
        : "calls wait in vain for slot %d, whose master answers %s (if no move is under way, masters"
                .formatted(slot, answer)
            + " disagree: compare them by redis-cli --cluster check, and let them agree by --cluster"
            + " fix, or CLUSTER SETSLOT "
            + slot
            + " NODE id at each)";
  }

  /** Returns the description of a slot map that does not rest. */
  public static String restless(int changes) {
    return "the slot map changes more than "
        + changes
        + " times a minute (if nobody moves slots, masters lose each other: look at their network"
        + " and load, and at cluster-node-timeout)";
  }

  /** Returns a warning about a list of servers that all serve the same slots. */
  public static String oneShard(String addresses) {
    return "redis.cluster.addresses names servers of one shard alone, "
        + addresses
        + ": while these are away no node can start (name servers of other shards, too)";
  }

  /** Returns the description of sentinels of which too few name the same master. */
  public static String disagreement(int sentinels, String named, String master) {
    return "sentinels disagree, without a majority of the %d that are configured: they name %s"
            .formatted(sentinels, named)
        + " (compare SENTINEL MASTER "
        + master
        + " at each; at those that are wrong SENTINEL REMOVE "
        + master
        + ", then SENTINEL MONITOR with the right address, and their settings again)";
  }

  /** Returns the description of a master that sentinels name, and that can't be used. */
  public static String unusable(String master, String problem) {
    String advice = of(problem);
    return master
        + " can't be used: "
        + problem
        + (advice.isEmpty()
            ? " (start it; if another one is the master, SENTINEL REMOVE and MONITOR at the sentinels"
                + " that name this one)"
            : " (" + advice + ")");
  }

  /** Returns the description of a server whose reserve is touched. */
  public static String full(String address, int percent, long mebibytes) {
    return "Redis%s uses %d %% of its maxmemory of %d MiB: what grows there is refused"
            .formatted(address.isEmpty() ? "" : " at " + address, percent, mebibytes)
        + " (raise maxmemory, see who takes it with holdfast usage, or in a cluster move slots away)";
  }
}
