/**
 * The contract of files: {@link dev.holdfast.files.FilesClient} asks by {@link
 * dev.holdfast.files.FileMessage}s; {@link dev.holdfast.files.TransferMessage}s are for the nodes
 * that move content.
 */
@NullMarked
package dev.holdfast.files;

import org.jspecify.annotations.NullMarked;
