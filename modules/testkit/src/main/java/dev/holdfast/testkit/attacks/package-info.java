/**
 * The attack suite: what one user, one tenant or a stranger did to take the service from the
 * others, each as an attack that can be played again, from a process of its own; and bystanders of
 * other tenants, who measure what comes of it.
 */
@NullMarked
package dev.holdfast.testkit.attacks;

import org.jspecify.annotations.NullMarked;
