package dev.holdfast.agui.run;

/** The names of Holdfast's own {@code CUSTOM} events. */
public final class HoldfastEvents {
  /** Another worker goes on; {@code {attempt}}. */
  public static final String ATTEMPT = "holdfast.attempt";

  /** A worker says: go on from here if I am lost. */
  public static final String CHECKPOINT = "holdfast.checkpoint";

  /** A question to people while the run waits; an AG-UI interrupt as value. */
  public static final String INPUT_REQUEST = "holdfast.input_request";

  /** The question's end; {@code {id, status}}. */
  public static final String INPUT_RESOLVED = "holdfast.input_resolved";

  /** Somebody cancelled the run; it ends within its grace. */
  public static final String CANCELLING = "holdfast.cancelling";

  private HoldfastEvents() {}
}
