/** Clients of tests: sessions that keep a ledger, and raw connections. */
package dev.holdfast.testkit.client;
