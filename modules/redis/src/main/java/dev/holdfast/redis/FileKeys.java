package dev.holdfast.redis;

import org.jspecify.annotations.Nullable;

/** Names the Redis keys of files, as {@link Keys} does all others. */
public final class FileKeys {
  private FileKeys() {}

  /** Returns the key of a file's record. */
  public static String file(String tenant, String file) {
    return "hf:file:{" + tenant + "!" + file + "}";
  }

  /** Returns the key of what a tenant's files reserve. */
  public static String fileQuota(String tenant) {
    return "hf:fquota:{" + tenant + "!}";
  }

  /** Returns the key of the index of a tenant's files, by name. */
  public static String tenantFiles(String tenant) {
    return "hf:ften:{" + tenant + "!}";
  }

  public static String userFiles(String tenant, String user) {
    return "hf:fown:{" + tenant + "!u:" + user + "}";
  }

  public static String sessionFiles(String tenant, String session) {
    return "hf:fses:{" + tenant + "!s:" + session + "}";
  }

  /** Returns the key that names the file of a piece of stored content. */
  public static String fileContent(String content) {
    return "hf:fkey:{" + content + "}";
  }

  /**
   * @param digest of the ticket; the ticket itself is stored nowhere
   */
  public static String fileTicket(String digest) {
    return "hf:fticket:{" + digest + "}";
  }

  /**
   * Returns the key of the places of tickets that have not expired.
   *
   * @param user who makes them; null: the tenant's services
   */
  public static String ticketPlaces(String tenant, @Nullable String user) {
    return "hf:ftickets:{" + tenant + (user == null ? "!}" : "!u:" + user + "}");
  }

  /** Returns the key that names the token a ticket was made with, in the ticket's slot. */
  public static String fileTicketToken(String digest) {
    return fileTicket(digest) + ":by";
  }

  /**
   * @param shard 0 to {@link Keys#SHARDS} − 1
   */
  public static String fileDue(int shard) {
    return "hf:fdue:{" + Keys.hex(shard) + "}";
  }

  /** Returns the key of the set of tenants that have or had files. */
  public static String fileTenants() {
    return "hf:ftenants:{files}";
  }

  /** Returns the key that names the storage of the files' content. */
  public static String fileStorage() {
    return "hf:fstorage:{files}";
  }
}
