/**
 * Files over HTTP. {@link dev.holdfast.gateway.files.FileOperations} are the operations of the
 * OpenAPI document that concern files; {@code Uploads} takes content, plain or by tus 1.0, {@code
 * Downloads} sends it, {@code FileDetails} does the rest. The files service alone decides on
 * permissions.
 */
@NullMarked
package dev.holdfast.gateway.files;

import org.jspecify.annotations.NullMarked;
