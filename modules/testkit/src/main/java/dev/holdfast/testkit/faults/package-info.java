/**
 * The fault suite: what may happen to nodes, Redis, clients and what lies between them, each as a
 * scenario with a verdict and times.
 */
package dev.holdfast.testkit.faults;
