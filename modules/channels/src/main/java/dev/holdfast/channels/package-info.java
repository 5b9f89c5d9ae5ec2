/** Ordered logs of publications: idempotent publishing, positions, and the hub that fans out. */
package dev.holdfast.channels;
