package dev.holdfast.loadtest.worker.agent;

import dev.holdfast.loadtest.plan.Address.BusAddress;

/**
 * Order to an agent's process, as one line of JSON.
 *
 * @param tenant whose runs it answers
 * @param room for so many runs at a time
 */
public record AgentOrder(BusAddress bus, String tenant, int room) {}
