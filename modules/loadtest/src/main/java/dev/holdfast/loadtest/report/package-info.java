/**
 * What a run found: {@link dev.holdfast.loadtest.report.Result} as JSON, as one HTML page, in the
 * terminal, beside another one, and against what is required of it.
 */
package dev.holdfast.loadtest.report;
