/**
 * Runs of agents over HTTP: {@code Runs} starts, shows and cancels them, {@code Threads} shows,
 * names and deletes what they belong to, {@code Agents} lists whose they are, {@code Work} is for
 * workers. {@code RunRequestsVerticle} answers the same by frames.
 */
@NullMarked
package dev.holdfast.gateway.http.runs;

import org.jspecify.annotations.NullMarked;
