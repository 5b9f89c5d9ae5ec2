/** The edge: WebSocket connections and HTTP. */
package dev.holdfast.gateway;
