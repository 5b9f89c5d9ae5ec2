package dev.holdfast.loadtest.report;

import java.io.IOException;
import java.nio.file.Path;

/** Results as JSON files. */
public final class ResultJson {
  private ResultJson() {}

  /** Members in the order of the records, maps by their keys; a file that is there is replaced. */
  public static void write(Result result, Path file) throws IOException {
    throw new UnsupportedOperationException();
  }

  /**
   * @throws ResultException if it is no result, or of another format
   */
  public static Result read(Path file) throws IOException {
    throw new UnsupportedOperationException();
  }
}
