/**
 * Content of files. {@link dev.holdfast.files.storage.FileStorage} is what a storage has to keep
 * to, {@link dev.holdfast.files.storage.FolderStorage} keeps to it in a folder that nodes share,
 * {@code Disk} asks it away from the event loop.
 */
@NullMarked
package dev.holdfast.files.storage;

import org.jspecify.annotations.NullMarked;
