/**
 * Settings of runs: {@code RunsConfig} of the service, {@code AgentConfig} of one agent, {@code
 * RunLimits} of its runs.
 */
@NullMarked
package dev.holdfast.runs.config;

import org.jspecify.annotations.NullMarked;
