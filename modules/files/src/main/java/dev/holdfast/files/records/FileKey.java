package dev.holdfast.files.records;

import dev.holdfast.redis.Keys;

/**
 * A file's full address. Text form {@code tenant!file}, as in the indexes; neither holds an
 * exclamation mark.
 */
public record FileKey(String tenant, String file) {
  static FileKey parse(String member) {
    int mark = member.indexOf('!');
    return new FileKey(member.substring(0, mark), member.substring(mark + 1));
  }

  /** Returns its shard of the due-time sets. */
  int shard() {
    return Keys.shard(file);
  }

  @Override
  public String toString() {
    return tenant + "!" + file;
  }
}
