/** What a run is made with, and the figures that come of it. */
package dev.holdfast.loadtest.run.figures;
