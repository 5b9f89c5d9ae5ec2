/**
 * What each process needs, server or tool: the version of its build, durations of its
 * configuration, files with its secrets, waits between its tries.
 */
@NullMarked
package dev.holdfast.core.process;

import org.jspecify.annotations.NullMarked;
