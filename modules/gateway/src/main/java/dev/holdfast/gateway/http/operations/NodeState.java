package dev.holdfast.gateway.http.operations;

import dev.holdfast.core.NodeId;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Map;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The state of the node that answers. All safe on any thread.
 *
 * @param operators tenant whose tokens may ask for this; none: nobody may
 * @param checks by name, whether it holds
 * @param sockets open ones
 * @param sessions attached ones
 */
public record NodeState(
    NodeId self,
    @Nullable String operators,
    Supplier<Map<String, Boolean>> checks,
    IntSupplier sockets,
    IntSupplier sessions,
    MeterRegistry registry) {}
