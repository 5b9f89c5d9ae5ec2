/**
 * The states of tenants. {@link dev.holdfast.auth.tenants.TenantsVerticle} changes them, and
 * follows the stream of changes in Redis; {@code KnownTenants} is what a node knows of them.
 */
@NullMarked
package dev.holdfast.auth.tenants;

import org.jspecify.annotations.NullMarked;
