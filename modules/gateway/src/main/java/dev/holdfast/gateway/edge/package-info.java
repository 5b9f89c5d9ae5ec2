/**
 * Runs for clients as they come from npm: {@code AguiEdge} for those of AG-UI, {@code ChatEdge} for
 * those of the AI SDK. {@code UserRuns} starts and finds; each edge has its format, and {@code
 * ChatInput} is a chat's request as AG-UI has it.
 */
@NullMarked
package dev.holdfast.gateway.edge;

import org.jspecify.annotations.NullMarked;
