/**
 * The runs service: {@code RunsVerticle}. {@code Starting} lets runs wait for a worker, {@code
 * Claiming} gives them to one, {@code Waiters} are workers that wait, {@code Sweeping} ends runs
 * that nobody else ends; {@code Threads} and {@code Agents} are what runs belong to. {@code
 * RunAccess} is the one place that decides who may.
 */
@NullMarked
package dev.holdfast.runs.service;

import org.jspecify.annotations.NullMarked;
