/**
 * The servers that hold the data: {@link dev.holdfast.redis.topology.MasterSource} names the
 * master, as it was configured or as sentinels name it; {@link
 * dev.holdfast.redis.topology.ClusterTopology} the masters of a cluster.
 */
@NullMarked
package dev.holdfast.redis.topology;

import org.jspecify.annotations.NullMarked;
