package dev.holdfast.gateway.http.operations;

import dev.holdfast.core.NodeId;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Map;
import java.util.function.IntSupplier;
import java.util.function.Supplier;

/**
 * What the node that answers knows of itself. All safe on any thread.
 *
 * @param operators tenant whose tokens may ask for this; null: none
 * @param checks by name, whether it holds
 * @param sockets open ones
 * @param sessions attached ones
 */
public record NodeState(
    NodeId self,
    String operators,
    Supplier<Map<String, Boolean>> checks,
    IntSupplier sockets,
    IntSupplier sessions,
    MeterRegistry registry) {}
