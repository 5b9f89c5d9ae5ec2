/**
 * JSON Patch (RFC 6902) in place, all or nothing, with bounded growth: {@link
 * dev.holdfast.agui.patch.JsonPatch}.
 */
@NullMarked
package dev.holdfast.agui.patch;

import org.jspecify.annotations.NullMarked;
