/** The workers of a run, as their coordinator sees them. */
package dev.holdfast.loadtest.run.workers;
