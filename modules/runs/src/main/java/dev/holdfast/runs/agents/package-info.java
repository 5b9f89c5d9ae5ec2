/**
 * Agents whose runs the node itself executes: {@code AgentsVerticle} claims them, as any worker
 * does. {@code AgentRun} is one of them: it sends a {@code Question} by {@code Upstream}, and
 * writes the events of the answer by {@code RunWriter}. {@code OpenAiQuestion} and {@code
 * AguiQuestion} are the two kinds. {@code AddressRule} decides where a node may connect to.
 */
@NullMarked
package dev.holdfast.runs.agents;

import org.jspecify.annotations.NullMarked;
