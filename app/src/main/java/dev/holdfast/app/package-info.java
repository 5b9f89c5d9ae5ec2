/** The executable: configuration, wiring, command line. */
package dev.holdfast.app;
