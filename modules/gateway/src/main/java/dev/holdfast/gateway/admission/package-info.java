/**
 * Limits which clients are let in: the connections of a node and of one address, the hellos that a
 * node takes in a second, and the failures of one address. {@code SocketLimits} has the settings,
 * {@code Admission} counts, one per node; {@code HelloGate} looks at the bytes before the hello,
 * {@code Clients} finds the client of a request.
 */
@NullMarked
package dev.holdfast.gateway.admission;

import org.jspecify.annotations.NullMarked;
