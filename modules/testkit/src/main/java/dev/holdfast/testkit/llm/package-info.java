/**
 * A model to test with: {@code FakeLlm} is a server of an OpenAI-compatible API, or of any stream
 * of events, whose answers are {@code Script}s.
 */
package dev.holdfast.testkit.llm;
