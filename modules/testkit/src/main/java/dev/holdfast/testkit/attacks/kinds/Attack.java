package dev.holdfast.testkit.attacks.kinds;

/** A way of taking the service from others, by a user of a tenant or by a stranger. */
public interface Attack {
  /** Returns its name: what is done, in a few words; unique. */
  String name();

  /** Begins it, and returns: it ends with its target's time. */
  void begin(Target target);
}
