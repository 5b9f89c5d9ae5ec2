/**
 * A node's health and the meters of its process: {@link dev.holdfast.app.node.health.Health} puts
 * the checks together, {@link dev.holdfast.app.node.health.PulseVerticle} watches an event loop,
 * {@link dev.holdfast.app.node.health.JvmMeters} is the registry.
 */
@NullMarked
package dev.holdfast.app.node.health;

import org.jspecify.annotations.NullMarked;
