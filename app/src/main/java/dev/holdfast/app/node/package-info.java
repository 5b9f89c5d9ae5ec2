/**
 * One node of a cluster. {@link dev.holdfast.app.node.Cluster} joins the event bus ({@code
 * Membership} is how Hazelcast is set up for that).
 */
package dev.holdfast.app.node;
