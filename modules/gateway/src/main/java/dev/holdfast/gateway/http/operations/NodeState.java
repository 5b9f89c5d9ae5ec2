package dev.holdfast.gateway.http.operations;

import dev.holdfast.core.NodeId;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Map;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The state of the node that answers. All members are safe on any thread.
 *
 * @param operators tenant whose tokens may ask for it; none if nobody may
 * @param checks by name, whether each passes
 * @param sockets the number of open ones
 * @param sessions the number of attached ones
 */
public record NodeState(
    NodeId self,
    @Nullable String operators,
    Supplier<Map<String, Boolean>> checks,
    IntSupplier sockets,
    IntSupplier sessions,
    MeterRegistry registry) {}
