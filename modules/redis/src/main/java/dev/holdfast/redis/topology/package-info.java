/**
 * The servers that hold the data: {@link dev.holdfast.redis.topology.MasterSource} names the master
 * of a shard, as it was configured or as sentinels name it.
 */
@NullMarked
package dev.holdfast.redis.topology;

import org.jspecify.annotations.NullMarked;
