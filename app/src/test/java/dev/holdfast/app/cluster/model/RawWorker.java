package dev.holdfast.app.cluster.model;

import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.Ids;
import dev.holdfast.runs.RunMessage;
import dev.holdfast.runs.RunView;
import dev.holdfast.runs.WorkMessage.Beat;
import dev.holdfast.runs.WorkMessage.Claim;
import dev.holdfast.runs.WorkMessage.Events;
import dev.holdfast.runs.WorkMessage.Release;
import dev.holdfast.runs.WorkMessage.Taken;
import dev.holdfast.runs.WorkMessage.Work;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A worker that speaks the protocol by hand, so that it can misbehave: one run at a time, as its
 * paper says. A thread of its own; several claim runs of one agent.
 */
final class RawWorker extends Thread {
  private static final long WAIT_MS = 500;
  private static final long PAUSE_MS = 50;
  private static final Pattern GO_ON = Pattern.compile("go on with (\\d{1,15})");

  /** The run is not this worker's any more. */
  private static final class Lost extends RuntimeException {
    private static final long serialVersionUID = 1;

    Lost(String why) {
      super(why);
    }
  }

  private final RunAsker asker;
  private final String agent;
  private final Function<String, RunPaper> papers;
  private final BooleanSupplier over;
  private final String name = "w" + Ids.fresh();

  /**
   * @param papers by the client's id of a run
   * @param over whether it is to stop
   */
  RawWorker(RunAsker asker, String agent, Function<String, RunPaper> papers, BooleanSupplier over) {
    super("worker of " + agent);
    this.asker = asker;
    this.agent = agent;
    this.papers = papers;
    this.over = over;
    setDaemon(true);
    start();
  }

  @Override
  public void run() {
    while (!over.getAsBoolean()) {
      Work work = claimed();
      if (work != null) {
        RunPaper paper = papers.apply(work.run().runId());
        try {
          write(work, paper);
        } catch (Lost lost) {
          // Another has it, or it is over: the judge knows what that may leave.
        } catch (HoldfastException refused) {
          paper.refused("its worker was refused: " + refused);
        }
      }
    }
  }

  private @Nullable Work claimed() {
    try {
      return asker.ask(new Claim(RunAsker.ME, agent, name, WAIT_MS)).work();
    } catch (HoldfastException later) {
      pause(PAUSE_MS);
      return null;
    }
  }

  private void write(Work work, RunPaper paper) {
    long next = work.next();
    for (int batch = 0; batch < paper.batches.size(); batch++) {
      boolean mood = paper.showsMood(batch);
      if (mood && paper.mood == RunPaper.Mood.DIES) {
        die(work, paper, batch, next);
        return;
      }
      if (mood && paper.mood == RunPaper.Mood.GIVES_BACK && batch == 0) {
        asker.send(release(work));
        return;
      }
      if (mood && paper.mood == RunPaper.Mood.WAKES_LATE) {
        wakeLate(work, paper, batch, next);
        return;
      }
      Taken taken = send(work, paper, batch, next);
      if (taken.cancelled() && !taken.over() && batch % 2 == 0) {
        stopAsCancelled(work, taken.next());
        return;
      }
      if (taken.over()) {
        return;
      }
      next = taken.next();
    }
  }

  private void die(Work work, RunPaper paper, int batch, long next) {
    if (paper.turn % 2 == 0) {
      paper.tries(batch);
      asker.send(events(work, next, paper.batches.get(batch)));
    }
  }

  /** What it writes when its run was taken from it has no effect. */
  private void wakeLate(Work work, RunPaper paper, int batch, long next) {
    while (!over.getAsBoolean() && stillHas(work)) {
      pause(4 * PAUSE_MS);
    }
    if (over.getAsBoolean()) {
      return;
    }
    try {
      asker.ask(events(work, next, paper.batches.get(batch)));
      paper.refused("a worker that had lost it wrote batch " + batch);
    } catch (HoldfastException refused) {
      if (!RunAsker.isForNow(refused) && !isLoss(refused.code())) {
        paper.refused("a worker that had lost it: " + refused);
      }
    }
  }

  private boolean stillHas(Work work) {
    try {
      RunView now = asker.ask(new RunMessage.Get(RunAsker.ME, RunAsker.TENANT, work.run().run()));
      return now.state().equals("running") && now.attempt() == work.run().attempt();
    } catch (HoldfastException later) {
      return true;
    }
  }

  private Taken send(Work work, RunPaper paper, int batch, long next) {
    paper.tries(batch);
    Events events = events(work, next, paper.batches.get(batch));
    if (paper.mood == RunPaper.Mood.TWICE) {
      asker.send(events);
    }
    Taken taken = untilAnswered(work, events);
    paper.acked(batch);
    return taken;
  }

  /** The same again and again, with a sign of life. */
  private Taken untilAnswered(Work work, Events events) {
    while (!over.getAsBoolean()) {
      try {
        return asker.ask(events);
      } catch (HoldfastException refused) {
        if (isLoss(refused.code())) {
          throw new Lost(refused.toString());
        }
        Matcher expected = GO_ON.matcher(refused.publicMessage());
        if (refused.code() == ErrorCode.OUT_OF_SEQUENCE && expected.find()) {
          endAsPartLost(work, Long.parseLong(expected.group(1)));
        }
        if (!RunAsker.isForNow(refused) && refused.code() != ErrorCode.OUT_OF_SEQUENCE) {
          throw refused;
        }
        asker.send(new Beat(RunAsker.ME, RunAsker.TENANT, work.run().run(), work.generation()));
        pause(PAUSE_MS);
      }
    }
    throw new Lost("it is over");
  }

  private void stopAsCancelled(Work work, long next) {
    String reason =
        "{\"type\":\"RUN_ERROR\",\"message\":\"it was cancelled\",\"code\":\"cancelled\"}";
    untilAnswered(work, events(work, next, List.of(reason)));
  }

  private void endAsPartLost(Work work, long next) {
    String end = "{\"type\":\"RUN_ERROR\",\"message\":\"A part is lost.\",\"code\":\"log_lost\"}";
    asker.send(events(work, next, List.of(end)));
    throw new Lost("a part of it");
  }

  private static boolean isLoss(ErrorCode code) {
    return code == ErrorCode.FENCED || code == ErrorCode.CONFLICT || code == ErrorCode.NOT_FOUND;
  }

  private static Events events(Work work, long next, List<String> events) {
    return new Events(
        RunAsker.ME, RunAsker.TENANT, work.run().run(), work.generation(), next, events);
  }

  private static Release release(Work work) {
    return new Release(RunAsker.ME, RunAsker.TENANT, work.run().run(), work.generation());
  }

  private static void pause(long ms) {
    try {
      Thread.sleep(ms);
    } catch (InterruptedException e) {
      throw new Lost("interrupted");
    }
  }
}
