/**
 * Everything that happens before a node serves: {@link dev.holdfast.app.start.StartChecks} finds
 * early what would fail later, {@link dev.holdfast.app.start.Keys} chooses keys and secrets, {@link
 * dev.holdfast.app.start.NodeRedis} starts the embedded Redis, {@link
 * dev.holdfast.app.start.JoinTurn} lets one node join the bus before the others. In development
 * {@link dev.holdfast.app.start.ScriptedModel} stands for a model.
 */
@NullMarked
package dev.holdfast.app.start;

import org.jspecify.annotations.NullMarked;
