/**
 * The reading of settings, for a node and for a service: {@link
 * dev.holdfast.cluster.config.Environment} takes them from variables, {@link
 * dev.holdfast.cluster.config.Layer} lays sources over each other, and {@link
 * dev.holdfast.cluster.config.RecordBinder} makes records of the result and lists every problem at
 * once. No YAML: only a node reads files, and adds it.
 */
@NullMarked
package dev.holdfast.cluster.config;

import org.jspecify.annotations.NullMarked;
