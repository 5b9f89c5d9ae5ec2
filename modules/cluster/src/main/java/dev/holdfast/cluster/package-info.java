/**
 * Membership of a process in the clustered event bus: {@link dev.holdfast.cluster.Cluster} joins as
 * a {@link dev.holdfast.cluster.ClusterConfig} says; it needs no Redis. {@code Membership} is how
 * Hazelcast is set up for that, {@code Handshake} and {@code MessageGate} keep out who is no
 * member, {@code ClusterEnvironment} reads the settings of a service.
 */
@NullMarked
package dev.holdfast.cluster;

import org.jspecify.annotations.NullMarked;
