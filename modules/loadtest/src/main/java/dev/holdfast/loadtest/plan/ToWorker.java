package dev.holdfast.loadtest.plan;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.List;

/**
 * Messages from the coordinator to a worker, in this order: {@code Clock}s, {@code Assign}, then
 * {@code Connect}, {@code Publish} and the others as the scenario goes, {@code Finish}, {@code
 * Stop}.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
  @JsonSubTypes.Type(value = ToWorker.Clock.class, name = "clock"),
  @JsonSubTypes.Type(value = ToWorker.Assign.class, name = "assign"),
  @JsonSubTypes.Type(value = ToWorker.Connect.class, name = "connect"),
  @JsonSubTypes.Type(value = ToWorker.Publish.class, name = "publish"),
  @JsonSubTypes.Type(value = ToWorker.Call.class, name = "call"),
  @JsonSubTypes.Type(value = ToWorker.Cut.class, name = "cut"),
  @JsonSubTypes.Type(value = ToWorker.Leave.class, name = "leave"),
  @JsonSubTypes.Type(value = ToWorker.Finish.class, name = "finish"),
  @JsonSubTypes.Type(value = ToWorker.Stop.class, name = "stop")
})
public sealed interface ToWorker {
  /** Answered at once by {@link FromWorker.Clock}: how far the worker's clock is off. */
  record Clock(long id) implements ToWorker {}

  /**
   * Answered by {@link FromWorker.Ready}, once the worker can publish all its flows.
   *
   * @param worker from 0
   * @param clockOffset µs to be added to the worker's clock to get the coordinator's
   */
  record Assign(int worker, int workers, long clockOffset, Plan plan) implements ToWorker {}

  /**
   * Connects the worker's share of these groups. {@link FromWorker.Progress} reports when all are
   * live.
   */
  record Connect(List<String> groups) implements ToWorker {}

  /**
   * Publishes these flows. Ends with {@link FromWorker.Published}, when all is answered or given
   * up. Several may be under way, for other flows. A flow that has ended may be published again:
   * its channels' numbers go on, and so do its totals.
   *
   * @param startAt µs since 1970, by the coordinator's clock
   * @param millis for how long
   */
  record Publish(List<String> flows, long startAt, long millis) implements ToWorker {}

  /**
   * Makes calls to the registry, at times as for {@link Publish}; ends with {@link
   * FromWorker.Called}.
   */
  record Call(List<String> calls, long startAt, long millis) implements ToWorker {}

  /**
   * Cuts every connection to this node; all of them come back at once, without the random wait.
   *
   * @param node its id
   */
  record Cut(String node) implements ToWorker {}

  /**
   * Ends the sessions of these groups, and closes their connections; another {@link Connect} opens
   * new ones. For groups that no flow goes to. {@link FromWorker.Progress} reports when all are
   * gone.
   */
  record Leave(List<String> groups) implements ToWorker {}

  /**
   * All that was published, by all workers. {@link FromWorker.Done} follows when all of it is
   * there, or nothing came for the plan's patience.
   */
  record Finish(Totals totals) implements ToWorker {}

  /** Closes all sessions and connections, and leaves the bus. */
  record Stop() implements ToWorker {}
}
