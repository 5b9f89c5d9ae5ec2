package dev.holdfast.testkit;

/** The server's {@code error} to something that was asked, which asking again would not change. */
public final class RefusedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String code;

  public RefusedException(String code, String message) {
    super(code + ": " + message);
    this.code = code;
  }

  /** For example {@code forbidden}. */
  public String code() {
    return code;
  }
}
