/**
 * Membership of a process in the clustered event bus, without Redis. {@link
 * dev.holdfast.cluster.Cluster} joins with the settings of a {@link
 * dev.holdfast.cluster.ClusterConfig}. {@code Membership} sets up Hazelcast; {@code Handshake} and
 * {@code MessageGate} keep out everybody else.
 */
@NullMarked
package dev.holdfast.cluster;

import org.jspecify.annotations.NullMarked;
