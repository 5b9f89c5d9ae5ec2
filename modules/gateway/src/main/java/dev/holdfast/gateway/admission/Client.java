package dev.holdfast.gateway.admission;

/**
 * The client that a connection or a request comes from.
 *
 * @param address of the client; empty if it is not known
 * @param proxied whether a proxy named the address; if so, the connection itself is the proxy's
 */
public record Client(String address, boolean proxied) {}
