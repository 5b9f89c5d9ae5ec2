/**
 * Settings of what the module of files keeps and where: {@link
 * dev.holdfast.files.config.FilesConfig}. Beside it, {@code service} serves {@link
 * dev.holdfast.files.FileMessage}s, {@code records} has the truth in Redis and decides who may,
 * {@code storage} keeps the content, and {@code transfer} moves content for a node's HTTP edge.
 * None of them is known here, nor by the messages.
 */
@NullMarked
package dev.holdfast.files.config;

import org.jspecify.annotations.NullMarked;
