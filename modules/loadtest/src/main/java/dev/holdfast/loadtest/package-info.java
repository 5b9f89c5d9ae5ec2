/**
 * The load test: {@link dev.holdfast.loadtest.LoadCommand} is its command line, a part of the
 * server's or, by {@link dev.holdfast.loadtest.Load}, a program of its own. What is said to workers
 * is in {@code plan}, the coordinator in {@code run}, what the load goes to in {@code targets}, the
 * measuring side in {@code worker}, what comes out in {@code report}.
 */
@NullMarked
package dev.holdfast.loadtest;

import org.jspecify.annotations.NullMarked;
