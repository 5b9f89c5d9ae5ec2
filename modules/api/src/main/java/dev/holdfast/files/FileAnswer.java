package dev.holdfast.files;

import dev.holdfast.core.BusValue;
import dev.holdfast.core.Caller;
import dev.holdfast.tokens.TokenOrigin;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Answers of the files service that are not a file. */
public sealed interface FileAnswer extends BusValue {
  /** The answer to a change that was made. */
  record Done() implements FileAnswer {}

  /**
   * @param next what to pass as {@code after} for the next page; none at the end
   */
  record Page(List<FileView> files, @Nullable String next) implements FileAnswer {
    public Page {
      files = List.copyOf(files);
    }
  }

  /**
   * A range of a file.
   *
   * @param bytes up to the length asked; fewer at the end
   * @param size of the whole file
   */
  record Chunk(byte[] bytes, long size) implements FileAnswer {
    @Override
    public int answerBytes() {
      return bytes.length;
    }
  }

  /**
   * @param ticket to be shown instead of a token; whoever has it may use it
   * @param expires Redis time in ms
   */
  record Ticket(String ticket, long expires) implements FileAnswer {}

  /**
   * The file that a ticket opens.
   *
   * @param caller on whose behalf it is used
   * @param by the token that it was made with; none: a node of an older build made it
   */
  record Redeemed(Caller.User caller, String tenant, String file, @Nullable TokenOrigin by)
      implements FileAnswer {}

  /**
   * @param erased files that were ended
   * @param more whether there may be others: ask again
   * @param next what to pass as {@code after} then; none, from an earlier build: nothing
   */
  record Erased(int erased, boolean more, @Nullable String next) implements FileAnswer {}

  /**
   * The right to write to an upload, until somebody else takes it.
   *
   * @param content under which the storage keeps it
   * @param part which of its parts to write to
   * @param partLength where in that part to go on; what is beyond was never committed
   * @param offset the same within the file
   */
  record Grant(
      FileView file, String content, long generation, long part, long partLength, long offset)
      implements FileAnswer {}

  /**
   * @param offset bytes of the file that are committed
   * @param ready the file, if that was its last byte
   */
  record Advanced(long offset, @Nullable FileView ready) implements FileAnswer {}

  /**
   * A file that is ready, and where its content is.
   *
   * @param content under which the storage keeps it
   */
  record Located(FileView file, String content) implements FileAnswer {}
}
