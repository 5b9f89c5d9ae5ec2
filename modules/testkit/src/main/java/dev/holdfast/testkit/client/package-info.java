/** Clients of tests: sessions that keep a ledger, and raw connections. */
@NullMarked
package dev.holdfast.testkit.client;

import org.jspecify.annotations.NullMarked;
