/**
 * The files service. {@link dev.holdfast.files.service.FilesVerticle} takes the messages; each
 * operation is a class: {@code Creating}, {@code Writing}, {@code Finishing}, {@code Reading},
 * {@code Copying}, {@code Removing}; {@code Sweeping} and {@code Auditing} look after what is left.
 * {@code FileParts} finds a file for its caller.
 */
@NullMarked
package dev.holdfast.files.service;

import org.jspecify.annotations.NullMarked;
