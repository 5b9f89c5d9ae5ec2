/**
 * AG-UI 1.0: what an agent's run says. {@link dev.holdfast.agui.AguiEvent} is an event, with a
 * record for each type; EventReader and EventWriter are JSON's two directions. {@code run} knows
 * what may follow what, and folds events into a snapshot; {@code patch} applies JSON Patch; {@code
 * ui} says a run in the words of the AI SDK. No I/O, no clock, no threads.
 */
@NullMarked
package dev.holdfast.agui;

import org.jspecify.annotations.NullMarked;
