/** Settings of runs: {@code RunsConfig} of the service, {@code RunLimits} of one agent's runs. */
@NullMarked
package dev.holdfast.runs.config;

import org.jspecify.annotations.NullMarked;
