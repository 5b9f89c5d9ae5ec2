/** Two results side by side. */
package dev.holdfast.loadtest.report.compare;
