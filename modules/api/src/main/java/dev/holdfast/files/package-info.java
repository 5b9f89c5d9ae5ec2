/**
 * The contract of files: {@link dev.holdfast.files.FileMessage}s; {@link
 * dev.holdfast.files.TransferMessage}s are for the nodes that move content. {@link
 * dev.holdfast.files.FilesClient} writes and reads whole files.
 */
@NullMarked
package dev.holdfast.files;

import org.jspecify.annotations.NullMarked;
