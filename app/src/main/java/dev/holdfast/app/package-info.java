/**
 * The executable's command line: {@link dev.holdfast.app.Holdfast} is the main class, with one
 * class per command. What a node is configured with is in {@code config}, how it is put together in
 * {@code node}, and a cluster that is killed for show in {@code demo}.
 */
package dev.holdfast.app;
