package dev.holdfast.redis;

import dev.holdfast.core.Channel;
import dev.holdfast.core.ChannelName.Kind;
import dev.holdfast.core.NodeId;
import org.jspecify.annotations.Nullable;

/**
 * Names Redis keys; {@link FileKeys} names those of files, and nobody else names any. This module's
 * README has the table. Keys with the same text in braces share a slot. Names are checked earlier
 * ({@code dev.holdfast.core.Names}), so none can break out of its braces.
 */
public final class Keys {
  /** Number of keys over which an index is spread that could grow hot. */
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

  /** Returns the key of the channels that one life of a node published to; not in a cluster. */
  public static String journal(NodeId node) {
    return "hf:jrnl:{" + node + "}";
  }

  /** Returns the key of the same at one shard of a cluster, see {@code log_journal}. */
  public static String journal(NodeId node, String shardTag) {
    return "hf:jrnl:{" + shardTag + "}:" + node;
  }

  /**
   * @param shard 0 to {@link #SHARDS} − 1
   */
  public static String due(int shard) {
    return "hf:due:{" + hex(shard) + "}";
  }

  /** Returns the shard of a session in the tenant's index and in the due-time sets. */
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
   * Returns the key of the publishers' names that one HTTP caller gave in a channel.
   *
   * @param caller names the caller, in the characters of ids
   */
  public static String publishers(Channel channel, String caller) {
    return "hf:hpubs:" + tag(channel) + ":" + caller;
  }

  public static String consumer(Channel channel, String name) {
    return "hf:cons:" + tag(channel) + ":" + name;
  }

  /** Returns the key of the names of a channel's consumers. */
  public static String consumers(Channel channel) {
    return "hf:conss:" + tag(channel);
  }

  /** Returns the key of a channel's idempotency keys and the publications under them. */
  public static String idempotency(Channel channel) {
    return "hf:idem:" + tag(channel);
  }

  /** Returns the key of a channel's idempotency keys, by the time of their use. */
  public static String idempotencyTimes(Channel channel) {
    return "hf:idet:" + tag(channel);
  }

  /** Returns the key of a tenant's own limits. */
  public static String limits(String tenant) {
    return "hf:limits:{" + tenant + "}";
  }

  /** Returns the key of the stream of tenants whose limits were changed. */
  public static String limitChanges() {
    return "hf:limit-changes";
  }

  /**
   * Returns the key of the tokens that are left of a tenant's or user's rates.
   *
   * @param user null: the tenant as a whole
   */
  public static String rates(String tenant, @Nullable String user) {
    return "hf:rate:" + accountTag(tenant, user);
  }

  /**
   * Returns the key of the nodes' claims on a tenant's or user's counts.
   *
   * @param user null: the tenant as a whole
   */
  public static String claims(String tenant, @Nullable String user) {
    return "hf:count:" + accountTag(tenant, user);
  }

  /**
   * Returns the key of the counts of what a tenant or user retains.
   *
   * @param user null: the tenant as a whole
   */
  public static String retained(String tenant, @Nullable String user) {
    return "hf:kept:" + accountTag(tenant, user);
  }

  /** Returns the key of what a tenant used, day by day. */
  public static String used(String tenant) {
    return "hf:used:" + accountTag(tenant, null);
  }

  /** Returns the key of what nodes reported of a tenant's use last. */
  public static String using(String tenant) {
    return "hf:using:" + accountTag(tenant, null);
  }

  /** Returns the key of the revocations of all tenants, a stream. */
  public static String revocations() {
    return "hf:revoked:{nodes}";
  }

  /** Returns the key of the states of tenants, by their names. */
  public static String tenants() {
    return "hf:tenants:{nodes}";
  }

  /**
   * Returns the key of what exports have to know of erasures of a tenant, or of something of it.
   */
  public static String erasing(String tenant) {
    return "hf:erasing:{" + tenant + "}";
  }

  /** Returns the key of the stream of tenants whose state was changed. */
  public static String tenantChanges() {
    return "hf:tenant-changes:{nodes}";
  }

  /** Returns the key of the issuers that were added while nodes run, by their names. */
  public static String issuers() {
    return "hf:issuers:{nodes}";
  }

  /** Returns the key of a tenant's JSON Schemas. */
  public static String schemas(String tenant) {
    return "hf:schemas:{" + tenant + "}";
  }

  /** Returns the key of the stream of tenants whose schemas were changed. */
  public static String schemaChanges() {
    return "hf:schema-changes";
  }

  /** Returns the key of a run's record. */
  public static String run(Channel run) {
    return "hf:run:" + tag(run);
  }

  /** Returns the key of a run's input. */
  public static String runInput(Channel run) {
    return "hf:runin:" + tag(run);
  }

  /** Returns the key of what was said to a run. */
  public static String runInbox(Channel run) {
    return "hf:inbox:" + tag(run);
  }

  /** Returns the key of a run's snapshot. */
  public static String runSnapshot(Channel run) {
    return "hf:snap:" + tag(run);
  }

  /** Returns the key of the agents that a tenant's services have put. */
  public static String agents(String tenant) {
    return "hf:agents:{" + tenant + "}";
  }

  /**
   * Returns the key of the places of a tenant's or user's active runs.
   *
   * @param user null: the tenant as a whole
   */
  public static String activeRuns(String tenant, @Nullable String user) {
    return "hf:runs:{" + tenant + "!" + (user == null ? "" : "u:" + user) + "}";
  }

  /** Returns the key of the tokens that runs of a tenant, or of a user of it, took today. */
  public static String runTokens(String tenant, @Nullable String user) {
    return "hf:tokens:{" + tenant + "!" + (user == null ? "" : "u:" + user) + "}";
  }

  /**
   * Returns the key of what the runs of a tenant took on a day.
   *
   * @param day since 1970, in UTC
   */
  public static String runUsage(String tenant, int day) {
    return "hf:usage:{" + tenant + "!" + day + "}";
  }

  /** Returns the key of what a user has started within a minute. */
  public static String runStarts(String tenant, String user) {
    return "hf:starts:{" + tenant + "!u:" + user + "}";
  }

  /** Returns the key of a tenant's runs that wait for a worker of an agent. */
  public static String runQueue(String tenant, String agent) {
    return "hf:work:{" + tenant + "!" + agent + "}";
  }

  /** Returns the key of the tenants whose runs wait for a worker of an agent, by their turns. */
  public static String runTurns(String agent) {
    return "hf:turns:{" + agent + "}";
  }

  /**
   * @param shard 0 to {@link #SHARDS} − 1
   */
  public static String runDue(int shard) {
    return "hf:rundue:{" + hex(shard) + "}";
  }

  /** Returns the key of a thread's record. */
  public static String thread(String tenant, String thread) {
    return "hf:thread:" + threadTag(tenant, thread);
  }

  /** Returns the key of a thread's messages and state. */
  public static String threadDocument(String tenant, String thread) {
    return "hf:tdoc:" + threadTag(tenant, thread);
  }

  /** Returns the key of the runs of a thread. */
  public static String threadRuns(String tenant, String thread) {
    return "hf:truns:" + threadTag(tenant, thread);
  }

  /** Returns the key of a user's threads. */
  public static String userThreads(String tenant, String user) {
    return "hf:threads:{" + tenant + ":" + user + "}";
  }

  /** Returns the key of the sizes of a user's threads. */
  public static String threadSizes(String tenant, String user) {
    return "hf:tsizes:{" + tenant + ":" + user + "}";
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

  /** Returns a key that is never set: to delete it shows that the server takes writes. */
  public static String nothing() {
    return "hf:nothing:{nodes}";
  }

  /**
   * Returns the key of the data's name, a string that outlives the server's restarts and failovers.
   */
  public static String data() {
    return "hf:data:{nodes}";
  }

  /**
   * Returns the key of the node that joins the bus before those that start with it: a string, its
   * address.
   */
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

  private static String threadTag(String tenant, String thread) {
    return "{" + tenant + "/thread:" + thread + "}";
  }

  private static String sessionTag(String tenant, String session) {
    return "{" + tenant + ":" + session + "}";
  }

  static String hex(int shard) {
    return String.format("%02x", shard);
  }
}
