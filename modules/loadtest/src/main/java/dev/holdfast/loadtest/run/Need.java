package dev.holdfast.loadtest.run;

/** The needs of a scenario. */
public enum Need {
  /** A server of the scenario's own, and no target. */
  BARE,
  /** An event bus that workers can join. */
  BUS,
  /** A way to kill a node, and to start it. */
  KILL,
  /** A way to end a node in order, and to start it. */
  STOP
}
