/**
 * For tests: a real Redis, clusters of real processes, faults, clients with a ledger, the model.
 */
package dev.holdfast.testkit;
