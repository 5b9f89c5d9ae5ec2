package dev.holdfast.redis.changes;

import dev.holdfast.redis.RedisLink;
import dev.holdfast.redis.Reply;
import io.vertx.core.Future;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows changes of named things that nodes keep copies of, such as tenants' settings. Who changes
 * one notes its name in a stream in Redis; each node asks for new notes, with one question for all
 * names. Confined to the context of its link.
 *
 * <p>A change without a note (by a node of an earlier build, by hand, or cut between the two steps)
 * is found as well, but later: each question also doubts every twelfth name.
 */
public final class ChangeFeed {
  private static final Logger LOG = LoggerFactory.getLogger(ChangeFeed.class);

  /** Notes that the stream keeps at least, which is some 60 KB, and most that are read. */
  private static final int NOTES = 1_000;

  private static final String BEGIN = "0-0";
  private static final int PARTS = 12;

  private final RedisLink link;
  private final String key;
  private final Copies copies;
  private String last = BEGIN;
  private long doubts;
  private boolean asking;
  private int part;

  /** The copies that a node keeps. Called on the context of the link. */
  public interface Copies {
    /** Things of these names may have changed: their copies are to be read anew. */
    void doubt(Predicate<String> names);

    /**
     * Copies that are not in doubt were still right at a time.
     *
     * @param at {@link System#nanoTime} before Redis was asked
     */
    default void confirm(long at) {}
  }

  private record Note(String id, String name) {}

  /**
   * @param key of the stream
   */
  public ChangeFeed(RedisLink link, String key, Copies copies) {
    this.link = link;
    this.key = key;
    this.copies = copies;
  }

  /** Notes that a thing was changed; to be called when Redis has the change. */
  public Future<Void> note(String name) {
    return link.send("XADD", key, "MAXLEN", "~", NOTES, "*", "t", name).mapEmpty();
  }

  /**
   * Reads all notes anew at the next question. To be called when the link is up again: Redis may
   * have gone back to older data, whose ids may be smaller.
   */
  public void doubt() {
    last = BEGIN;
    doubts++;
  }

  /** Asks for new notes, unless that is under way, and doubts the next twelfth of all names. */
  public void follow() {
    int now = part = (part + 1) % PARTS;
    copies.doubt(name -> Math.floorMod(name.hashCode(), PARTS) == now);
    if (asking) {
      return;
    }
    asking = true;
    long asked = doubts;
    long at = System.nanoTime();
    link.send("XREVRANGE", key, "+", "(" + last, "COUNT", NOTES)
        .map(ChangeFeed::notes)
        .onComplete(answered -> asking = false)
        .onSuccess(notes -> took(notes, asked, at))
        .onFailure(failure -> LOG.debug("{}: {}", key, failure.getMessage()));
  }

  private static List<Note> notes(Reply newestFirst) {
    return newestFirst.list().stream()
        .map(one -> new Note(one.at(0).asText(), one.at(1).at(1).asText()))
        .toList();
  }

  /** With as many as there may be, some may have been trimmed. */
  private void took(List<Note> newestFirst, long asked, long at) {
    if (asked == doubts && !newestFirst.isEmpty()) {
      last = newestFirst.get(0).id();
    }
    boolean mayBeMore = newestFirst.size() == NOTES;
    Set<String> names = new HashSet<>();
    newestFirst.forEach(note -> names.add(note.name()));
    if (!names.isEmpty()) {
      copies.doubt(name -> mayBeMore || names.contains(name));
    }
    if (asked == doubts) { // copies that can't be read make doubt, too
      copies.confirm(at);
    }
  }
}
