/**
 * The fault suite: what may happen to nodes, Redis, clients and what lies between them, each as a
 * scenario with a verdict and times.
 */
@NullMarked
package dev.holdfast.testkit.faults;

import org.jspecify.annotations.NullMarked;
