package dev.holdfast.runs.agents;

/** Ends a run with an error. Code and message are shown to its readers. */
final class AgentException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  static final String UNREACHABLE = "upstream_unreachable";
  static final String FORBIDDEN = "upstream_forbidden";
  static final String REFUSED = "upstream_refused";
  static final String BUSY = "upstream_busy";
  static final String BAD_ANSWER = "upstream_bad_answer";
  static final String TOO_LARGE = "upstream_too_large";
  static final String CUT = "upstream_cut";
  static final String BAD_INPUT = "bad_input";
  static final String BAD_EVENTS = "bad_events";
  static final String RUN_TOO_LARGE = "run_too_large";
  static final String WORKER_LOST = "worker_lost";

  private final String code;

  AgentException(String code, String message) {
    super(message, null, false, false);
    this.code = code;
  }

  String code() {
    return code;
  }

  /** Returns it in public words. */
  String text() {
    return String.valueOf(getMessage());
  }
}
