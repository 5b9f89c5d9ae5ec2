/**
 * Who is let in: how many connections a node has, how many one address has, how many hellos it
 * takes in a second, and how often one address may fail. {@code SocketLimits} says how much, {@code
 * Admission} counts, one per node; {@code HelloGate} looks at the bytes before the hello, {@code
 * Clients} says who a request comes from.
 */
package dev.holdfast.gateway.admission;
