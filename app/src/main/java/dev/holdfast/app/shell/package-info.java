/**
 * The commands of a client in the shell: {@code sub}, {@code pub} and {@code request} by the JVM
 * client, {@code history}, {@code sessions}, {@code nodes} and {@code top} by HTTP. {@link
 * dev.holdfast.app.shell.ShellOptions} are their options.
 */
@NullMarked
package dev.holdfast.app.shell;

import org.jspecify.annotations.NullMarked;
