package dev.holdfast.loadtest.worker.ledger;

import dev.holdfast.loadtest.plan.Totals;
import dev.holdfast.loadtest.worker.measure.AnswerText;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Holds what a page has of the answer of a run against what the agent writes, token by token.
 * Confined to one event loop.
 */
public final class AnswerLedger {
  private final GroupTally tally;
  private final LedgerTally counts;
  private final String run;
  private final Ledger ledger = new Ledger();
  private @Nullable String message;
  private @Nullable AnswerText text;
  private long begun;
  private @Nullable String difference;

  /** A page that has nothing yet. */
  public AnswerLedger(GroupTally tally, String run) {
    this.tally = tally;
    this.counts = Objects.requireNonNull(tally.ledgers.get(Kind.RUN), "the group has no runs");
    this.run = run;
  }

  /** Begins with a text that stands for all events up to here: it is held against the agent's. */
  public void begin(String id, String whole) {
    for (int at = 0; at < whole.length(); at += AnswerText.TOKEN) {
      String token = whole.substring(at, Math.min(whole.length(), at + AnswerText.TOKEN));
      note(token, wanted(id, (int) begun), "of a snapshot", begun);
      begun++;
    }
    ledger.begin(begun);
  }

  /**
   * Takes a piece of the text.
   *
   * @return tokens that came for the first time
   */
  public int add(String id, String piece, Due due, long now) {
    int fresh = 0;
    for (int at = 0; at < piece.length(); at += AnswerText.TOKEN) {
      String token = piece.substring(at, Math.min(piece.length(), at + AnswerText.TOKEN));
      note(token, wanted(id, (int) ledger.last()), "of an event", ledger.last());
      int number = AnswerText.number(token);
      if (number >= 0 && ledger.received(number + 1, counts)) {
        fresh++;
        tally.delivery.record(now - due.of(number));
      }
    }
    return fresh;
  }

  /** Says when the agent had to write a token, µs, by the coordinator's clock. */
  public interface Due {
    long of(int number);
  }

  private String wanted(String id, int number) {
    if (text == null) {
      message = id;
      int attempt = id.matches("a[1-9]\\d{0,8}") ? Integer.parseInt(id.substring(1)) : 0;
      text = new AnswerText(run, attempt);
    }
    return id.equals(message) ? text.token(number) : "nothing of another message";
  }

  private void note(String token, String wanted, String where, long number) {
    if (difference == null && !token.equals(wanted)) {
      difference =
          "token %d %s is '%s' (its number is %d) and not '%s'"
              .formatted(number, where, token, AnswerText.number(token), wanted);
    }
  }

  /** Returns the first difference to what the agent writes, in words; none: there is none. */
  public @Nullable String difference() {
    return difference;
  }

  /** Returns how many tokens it has, those that are missing in between too. */
  public long tokens() {
    return ledger.last();
  }

  /** A gap was reported: what follows comes from a snapshot, in another ledger. */
  public void gap() {
    counts.gaps++;
  }

  /**
   * The page is left, or the run is over; nothing follows.
   *
   * @param written tokens that it is to have
   */
  public void end(long written) {
    Expected expected = Expected.of(new Totals.Channel(written, List.of()));
    Ledger.Missing missing = ledger.missing(expected);
    counts.lost += missing.lost();
    counts.expected += Math.max(0, written - begun);
    if (difference == null && tokens() != written) {
      difference = "it has %d tokens of %d".formatted(tokens(), written);
    }
  }
}
