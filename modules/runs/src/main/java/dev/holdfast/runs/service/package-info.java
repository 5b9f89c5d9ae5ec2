/**
 * The life of runs: {@code Starting} lets them wait for a worker, {@code Claiming} gives them to
 * one, {@code Sweeping} ends those that nobody else ends.
 */
@NullMarked
package dev.holdfast.runs.service;

import org.jspecify.annotations.NullMarked;
