/**
 * The edge: WebSockets and HTTP. {@link dev.holdfast.gateway.GatewayVerticle} listens; {@code
 * Upgrade} accepts, {@code Connection} is one socket's life, {@code Handshake} its way to a
 * session, {@code Inbound} and {@code Outbound} its frames, {@code LiveSession} what it does with
 * its session. {@link dev.holdfast.gateway.ConnectionDirectory} is the node's list of them.
 */
package dev.holdfast.gateway;
