/** Processes, signals, ports, folders and waits. */
package dev.holdfast.testkit.machine;
