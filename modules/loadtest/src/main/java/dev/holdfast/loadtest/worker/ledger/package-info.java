/** Which publications a client has: exact, in a few bytes, read without a tree. */
package dev.holdfast.loadtest.worker.ledger;
