/** Targets on this machine: processes that end with this one. */
package dev.holdfast.loadtest.targets.local;
