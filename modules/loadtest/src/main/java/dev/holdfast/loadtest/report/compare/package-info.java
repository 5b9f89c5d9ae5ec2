/** Two results side by side. */
@NullMarked
package dev.holdfast.loadtest.report.compare;

import org.jspecify.annotations.NullMarked;
