/**
 * For tests. {@link dev.holdfast.testkit.RedisExtension} gives a real Redis ({@code TestRedis}),
 * {@link dev.holdfast.testkit.TestCluster} nodes as processes ({@code TestNode}) that are killed
 * and paused for real, {@link dev.holdfast.testkit.client.TestClients} clients: {@code
 * WsTestClient} is a session of the client library that keeps a {@code Ledger} of {@code Entry}s,
 * {@code ManualClient} says what the test says. {@link dev.holdfast.testkit.history.Checker} judges
 * a {@code History}.
 */
@NullMarked
package dev.holdfast.testkit;

import org.jspecify.annotations.NullMarked;
