/**
 * Tenant-checked files: the service, and what it may keep. {@code service} serves {@link
 * dev.holdfast.files.FileMessage}s, {@code records} has the truth in Redis and decides who may,
 * {@code storage} keeps the content, {@code transfer} moves content for a node's HTTP edge. None of
 * them is known here, nor by the messages.
 */
package dev.holdfast.files;
