package dev.holdfast.runs.agents;

import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.bounds.SampledLog;
import dev.holdfast.runs.RunView;
import dev.holdfast.runs.WorkerRun;
import io.vertx.core.Future;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One run that this node executes: a question, and its answer as the run's events. It always writes
 * an end, unless the run is not this node's any more. Confined to its context.
 */
final class AgentRun {
  private static final Logger LOG = LoggerFactory.getLogger(AgentRun.class);
  private static final SampledLog FAILURES = new SampledLog(LOG, Duration.ofSeconds(10));

  private final Agent agent;
  private final WorkerRun run;
  private final RunWriter writer;
  private @Nullable UpstreamCall call;

  AgentRun(Agent agent, WorkerRun run) {
    this.agent = agent;
    this.run = run;
    this.writer = new RunWriter(run, this::fail);
  }

  /** Executes it. Completes when it is over, or is not this node's any more. */
  Future<Void> start() {
    run.cancellation().onSuccess(asked -> cancel());
    run.done().onComplete(over -> close());
    try {
      ask();
    } catch (AgentException e) {
      fail(e);
    } catch (HoldfastException e) {
      fail(new AgentException(AgentException.BAD_INPUT, e.publicMessage()));
    } catch (RuntimeException e) {
      failed(e);
    }
    return run.done().otherwiseEmpty();
  }

  /**
   * Gives it back, as this node stops, if nothing was written of it, and the agent has not read it
   * or may be asked again.
   */
  void giveBack() {
    if (!writer.hasBegun() && (call == null || call.mayRepeat())) {
      close();
      run.giveBack();
    }
  }

  /** Ends it, as this node stops. */
  void stop() {
    if (!writer.isOver()) {
      fail(new AgentException(AgentException.WORKER_LOST, "The agent's node was stopped."));
    }
  }

  private void ask() {
    RunView view = run.run();
    UpstreamCall asked = agent.ask(run.input(), writer, view.run() + "." + view.attempt());
    call = asked;
    writer.onFlow(asked::flow);
    asked.start().onFailure(this::failed);
  }

  private void failed(Throwable failure) {
    if (failure instanceof AgentException named) {
      fail(named);
    } else {
      LOG.error("Agent {} failed in run {}", run.run().agent(), run.run().run(), failure);
      fail(new AgentException("agent_error", "Something went wrong on our side."));
    }
  }

  private void fail(AgentException failure) {
    close();
    RunView view = run.run();
    FAILURES.info(
        view.agent() + " " + failure.code(),
        "Run %s of agent %s fails: %s: %s"
            .formatted(view.run(), view.agent(), failure.code(), failure.text()));
    writer.fail(failure);
  }

  private void cancel() {
    close();
    writer.cancel();
  }

  private void close() {
    if (call != null) {
      call.close();
    }
  }
}
