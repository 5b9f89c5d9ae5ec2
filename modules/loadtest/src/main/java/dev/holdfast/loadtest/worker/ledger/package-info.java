/** The publications that a client has: exact, in a few bytes, read without a tree. */
@NullMarked
package dev.holdfast.loadtest.worker.ledger;

import org.jspecify.annotations.NullMarked;
