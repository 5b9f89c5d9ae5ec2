/**
 * Tenant-checked files. {@link dev.holdfast.files.FilesClient} asks, {@link
 * dev.holdfast.files.FilesVerticle} serves {@link dev.holdfast.files.FileMessage}s: {@code
 * FileAccess} decides who may, {@code FileStore} and {@code QuotaStore} are the truth in Redis,
 * {@link dev.holdfast.files.FileStorage} keeps the content. {@link dev.holdfast.files.Transfers}
 * moves content for a node's HTTP edge.
 */
package dev.holdfast.files;
