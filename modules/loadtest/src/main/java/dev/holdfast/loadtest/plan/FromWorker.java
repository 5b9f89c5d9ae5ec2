package dev.holdfast.loadtest.plan;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.List;
import java.util.Map;

/** Messages from a worker to the coordinator. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
  @JsonSubTypes.Type(value = FromWorker.Clock.class, name = "clock"),
  @JsonSubTypes.Type(value = FromWorker.Ready.class, name = "ready"),
  @JsonSubTypes.Type(value = FromWorker.Progress.class, name = "progress"),
  @JsonSubTypes.Type(value = FromWorker.Published.class, name = "published"),
  @JsonSubTypes.Type(value = FromWorker.Called.class, name = "called"),
  @JsonSubTypes.Type(value = FromWorker.Done.class, name = "done"),
  @JsonSubTypes.Type(value = FromWorker.Failed.class, name = "failed")
})
public sealed interface FromWorker {
  /**
   * @param micros the worker's clock, µs since 1970
   */
  record Clock(long id, long micros) implements FromWorker {}

  /** The plan is understood, the bus is joined if there is one. */
  record Ready() implements FromWorker {}

  /**
   * Reports the progress, once a second, and once more before each other message.
   *
   * @param at µs since 1970, by the coordinator's clock
   * @param counters from the start on
   * @param connections attached clients by node id
   * @param ledgers by {@code <group>.<tenant|user|topic|bare>}, from the start on
   * @param histograms of what came since the last progress, by series, in µs: HdrHistogram V2
   *     compressed, base64. Series: {@code delivery.<group>} from the intended time, {@code
   *     delivered.<group>} from the actual sending, {@code ack.<flow>} from the intended time,
   *     {@code connect.<group>}, {@code resume.<group>} from the loss to the welcome, {@code
   *     caughtup.<group>} from the loss until every channel is live again, {@code call.<name>}; for
   *     groups that chat {@code start.<group>} from asking to the answer of the start, {@code
   *     first.<group>} from asking to the first event, {@code tool.<group>} from the writing of a
   *     tool's result to its receipt, {@code snapshot.<group>} from asking for a snapshot to its
   *     receipt, {@code lost.<group>} from the last event to the end of a run whose worker was
   *     lost, {@code late.<group>} by how much the agent itself was late
   * @param cpu cores that this process used since the last progress: 0.5 is half a core
   * @param lag the longest, in µs, that a timer of it was late since the last progress
   */
  record Progress(
      long at,
      Counters counters,
      Map<String, Integer> connections,
      Map<String, LedgerCount> ledgers,
      Map<String, String> histograms,
      double cpu,
      long lag)
      implements FromWorker {}

  /** The flows of the last {@link ToWorker.Publish} have ended. */
  record Published(List<String> flows, Totals totals) implements FromWorker {}

  record Called(List<String> calls) implements FromWorker {}

  /**
   * The last progress has the final ledgers.
   *
   * @param complete whether every client has all, and is attached
   * @param unpublished ledgers of clients with a number that nobody published
   */
  record Done(boolean complete, long unpublished) implements FromWorker {}

  /** Reports that the worker can't go on. */
  record Failed(String message) implements FromWorker {}
}
