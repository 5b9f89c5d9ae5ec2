package dev.holdfast.files.storage;

import org.apache.tika.Tika;

/** Finds the type of content by its first bytes alone, not by its name or declaration. */
public final class ContentTypes {
  /** Enough for every signature that is known. */
  static final int HEAD = 8 * 1024;

  private static final Tika SIGNATURES = new Tika();

  private ContentTypes() {}

  /**
   * @param head up to the first {@link #HEAD} bytes
   * @return {@code type/subtype}; {@code application/octet-stream} if nothing shows
   */
  public static String of(byte[] head) {
    return head.length == 0 ? "application/octet-stream" : SIGNATURES.detect(head);
  }
}
