/**
 * JSON Patch (RFC 6902) in place, all or nothing, with bounded growth: {@link
 * dev.holdfast.agui.patch.JsonPatch}.
 */
package dev.holdfast.agui.patch;
