/**
 * The result of a run: {@link dev.holdfast.loadtest.report.Result} as JSON, as one HTML page, in
 * the terminal, beside another one, and against what is required of it.
 */
@NullMarked
package dev.holdfast.loadtest.report;

import org.jspecify.annotations.NullMarked;
