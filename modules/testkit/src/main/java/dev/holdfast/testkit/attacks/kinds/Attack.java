package dev.holdfast.testkit.attacks.kinds;

/** One way of taking the service from others; as a user of a tenant, or as a stranger. */
public interface Attack {
  /** Returns its name: what is done, in a few words; unique. */
  String name();

  /** Begins it, and returns: it ends with its target's time. */
  void begin(Target target);
}
