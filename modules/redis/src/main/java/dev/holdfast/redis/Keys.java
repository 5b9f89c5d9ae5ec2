package dev.holdfast.redis;

import dev.holdfast.core.Channel;
import dev.holdfast.core.ChannelName.Kind;
import dev.holdfast.core.NodeId;
import org.jspecify.annotations.Nullable;

/**
 * The one place that names Redis keys; README.md of this module is the table. Braces hold what
 * shares a slot. Names are checked before they get here ({@code dev.holdfast.core.Names}), so none
 * can leave its braces.
 */
public final class Keys {
  /** The number of keys over which an index is spread that could grow hot. */
  public static final int SHARDS = 64;

  private Keys() {}

  public static String session(String tenant, String session) {
    return "hf:sess:" + sessionTag(tenant, session);
  }

  public static String subscriptions(String tenant, String session) {
    return "hf:subs:" + sessionTag(tenant, session);
  }

  public static String publishing(String tenant, String session) {
    return "hf:pubs:" + sessionTag(tenant, session);
  }

  public static String userSessions(String tenant, String user) {
    return "hf:user:{" + tenant + ":" + user + "}";
  }

  /**
   * @param shard 0 to {@link #SHARDS} − 1
   */
  public static String tenantSessions(String tenant, int shard) {
    return "hf:tenant:{" + tenant + ":" + hex(shard) + "}";
  }

  public static String nodeSessions(NodeId node) {
    return "hf:node:{" + node + "}";
  }

  /**
   * @param shard 0 to {@link #SHARDS} − 1
   */
  public static String due(int shard) {
    return "hf:due:{" + hex(shard) + "}";
  }

  /** The shard of a session in the tenant's index and in the due-time sets. */
  public static int shard(String session) {
    return Math.floorMod(session.hashCode(), SHARDS);
  }

  public static String meta(Channel channel) {
    return "hf:meta:" + tag(channel);
  }

  public static String log(Channel channel) {
    return "hf:log:" + tag(channel);
  }

  public static String interest(Channel channel) {
    return "hf:int:" + tag(channel);
  }

  public static String publisher(Channel channel, String publisher) {
    return "hf:pub:" + tag(channel) + ":" + publisher;
  }

  /**
   * The names that a caller over HTTP gave to publishers of a channel.
   *
   * @param caller names the caller, in the characters of ids
   */
  public static String publishers(Channel channel, String caller) {
    return "hf:hpubs:" + tag(channel) + ":" + caller;
  }

  public static String consumer(Channel channel, String name) {
    return "hf:cons:" + tag(channel) + ":" + name;
  }

  /** The names of a channel's consumers. */
  public static String consumers(Channel channel) {
    return "hf:conss:" + tag(channel);
  }

  /** Idempotency keys of a channel, and what was published under them. */
  public static String idempotency(Channel channel) {
    return "hf:idem:" + tag(channel);
  }

  /** Idempotency keys of a channel, by the time of their use. */
  public static String idempotencyTimes(Channel channel) {
    return "hf:idet:" + tag(channel);
  }

  /** A tenant's own limits. */
  public static String limits(String tenant) {
    return "hf:limits:{" + tenant + "}";
  }

  /**
   * Tokens that are left of the rates of a tenant or user.
   *
   * @param user none: of the tenant as a whole
   */
  public static String rates(String tenant, @Nullable String user) {
    return "hf:rate:" + accountTag(tenant, user);
  }

  /**
   * Claims of nodes on the counts of a tenant or user.
   *
   * @param user none: of the tenant as a whole
   */
  public static String claims(String tenant, @Nullable String user) {
    return "hf:count:" + accountTag(tenant, user);
  }

  /**
   * Counts of what a tenant or user retains.
   *
   * @param user none: the tenant as a whole
   */
  public static String retained(String tenant, @Nullable String user) {
    return "hf:kept:" + accountTag(tenant, user);
  }

  /** A tenant's JSON Schemas. */
  public static String schemas(String tenant) {
    return "hf:schemas:{" + tenant + "}";
  }

  /** The record of a file. */
  public static String file(String tenant, String file) {
    return "hf:file:{" + tenant + "!" + file + "}";
  }

  /** A tenant's files and what they reserve. */
  public static String fileQuota(String tenant) {
    return "hf:fquota:{" + tenant + "!}";
  }

  /** All files of a tenant, by name. */
  public static String tenantFiles(String tenant) {
    return "hf:ften:{" + tenant + "!}";
  }

  public static String userFiles(String tenant, String user) {
    return "hf:fown:{" + tenant + "!u:" + user + "}";
  }

  public static String sessionFiles(String tenant, String session) {
    return "hf:fses:{" + tenant + "!s:" + session + "}";
  }

  /** Which file a piece of stored content is of. */
  public static String fileContent(String content) {
    return "hf:fkey:{" + content + "}";
  }

  /**
   * @param digest of the ticket, which itself is kept nowhere
   */
  public static String fileTicket(String digest) {
    return "hf:fticket:{" + digest + "}";
  }

  /**
   * @param shard 0 to {@link #SHARDS} − 1
   */
  public static String fileDue(int shard) {
    return "hf:fdue:{" + hex(shard) + "}";
  }

  /** Tenants that have or had files. */
  public static String fileTenants() {
    return "hf:ftenants:{files}";
  }

  /** Which storage the files' content is in. */
  public static String fileStorage() {
    return "hf:fstorage:{files}";
  }

  public static String leases() {
    return "hf:nodes:{nodes}";
  }

  public static String nodeInfo() {
    return "hf:info:{nodes}";
  }

  public static String claim(NodeId node) {
    return "hf:claim:{nodes}:" + node;
  }

  public static String buried() {
    return "hf:dead:{nodes}";
  }

  /** Names the data, over all that becomes of the server: a string. */
  public static String data() {
    return "hf:data:{nodes}";
  }

  /** The node that joins the bus before those that start with it: a string, its address. */
  public static String join() {
    return "hf:join:{nodes}";
  }

  private static String accountTag(String tenant, @Nullable String user) {
    return user == null ? "{" + tenant + "}" : "{" + tenant + ":" + user + "}";
  }

  private static String tag(Channel channel) {
    return channel.name().kind() == Kind.SESSION
        ? sessionTag(channel.tenant(), channel.name().id())
        : "{" + channel.tenant() + "/" + channel.name() + "}";
  }

  private static String sessionTag(String tenant, String session) {
    return "{" + tenant + ":" + session + "}";
  }

  private static String hex(int shard) {
    return String.format("%02x", shard);
  }
}
