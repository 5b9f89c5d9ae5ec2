/**
 * A run in the words of the AI SDK's UI message stream: UiStream translates events as they come,
 * UiReplay a snapshot for a reader who comes late.
 */
@NullMarked
package dev.holdfast.agui.ui;

import org.jspecify.annotations.NullMarked;
