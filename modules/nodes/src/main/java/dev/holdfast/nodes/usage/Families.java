package dev.holdfast.nodes.usage;

import java.util.Map;
import java.util.Set;

/**
 * What a tenant owns, by the families of its keys: the word after {@code hf:}. An erasure deletes
 * them, an export gives what they say. A family that is missing here fails a test.
 */
final class Families {
  /** What a channel has, and a user whose own channel it is. */
  static final Set<String> OF_CHANNELS =
      Set.of("meta", "log", "pub", "hpubs", "idem", "idet", "cons", "conss");

  /** What a user's runs, threads and tickets have besides; those of a tenant have no user. */
  static final Set<String> OF_USERS =
      Set.of("runs", "starts", "tokens", "threads", "tsizes", "ftickets");

  /** Records that name their user within. */
  static final Set<String> OWNED = Set.of("run", "thread");

  /** What goes with sessions and files, and what is nodes' own and goes when they are done. */
  static final Set<String> OF_OTHERS =
      Set.of("user", "tenant", "int", "rate", "count", "file", "fquota", "ften", "fown", "fses");

  /** In which kind of line an export gives what is in a family. */
  static final Map<String, String> EXPORTED =
      Map.ofEntries(
          Map.entry("sess", "session"),
          Map.entry("subs", "session"),
          Map.entry("log", "publication"),
          Map.entry("cons", "consumer"),
          Map.entry("schemas", "schema"),
          Map.entry("agents", "agent"),
          Map.entry("limits", "limits"),
          Map.entry("kept", "usage"),
          Map.entry("fquota", "usage"),
          Map.entry("file", "file"),
          Map.entry("run", "run"),
          Map.entry("runin", "run"),
          Map.entry("inbox", "run"),
          Map.entry("snap", "run"),
          Map.entry("thread", "thread"),
          Map.entry("tdoc", "thread"),
          Map.entry("truns", "thread"));

  /** Those of {@link #EXPORTED} that are read with the record beside them. */
  static final Set<String> WITH_RECORDS = Set.of("subs", "runin", "inbox", "snap", "tdoc", "truns");

  /** Those of {@link #EXPORTED} whose records name their user. */
  static final Set<String> NAMING = Set.of("sess", "run", "thread", "file", "fquota");

  /**
   * What an export leaves out: indexes of what it gives, what nodes keep to do each thing once, in
   * order, and not too often, and what they counted day by day.
   */
  static final Set<String> BOOKKEEPING =
      Set.of(
          "pubs",
          "meta",
          "int",
          "pub",
          "hpubs",
          "idem",
          "idet",
          "conss",
          "user",
          "tenant",
          "rate",
          "count",
          "ften",
          "fown",
          "fses",
          "ftickets",
          "runs",
          "starts",
          "tokens",
          "work",
          "threads",
          "tsizes",
          "usage",
          "used",
          "using");

  private Families() {}
}
