/**
 * The edge: WebSockets and HTTP. {@link dev.holdfast.gateway.GatewayVerticle} listens, {@code
 * GatewayLoop} and {@code HttpRoutes} put everything together. {@code server} takes TCP connections
 * in, {@code admission} limits them; {@code socket} and {@code stream} carry a {@code connection},
 * whose client has a {@code session} and its {@code subscription}s; {@code attachment} is the
 * node's list of them. {@code http} and {@code files} are the HTTP API.
 */
@NullMarked
package dev.holdfast.gateway;

import org.jspecify.annotations.NullMarked;
