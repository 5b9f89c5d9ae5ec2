package dev.holdfast.sessions;

import dev.holdfast.core.BusValue;
import dev.holdfast.core.NodeId;

/** The place where a session is attached: a connection of a node, under a generation. */
public record Attachment(NodeId node, String connection, long generation) implements BusValue {}
