package dev.holdfast.loadtest.worker.bare;

/**
 * The result of an order.
 *
 * @param published the last number, of all orders
 * @param written events of this order, over all sockets
 * @param sockets that were connected at its end
 */
public record Written(long published, long written, int sockets) {}
