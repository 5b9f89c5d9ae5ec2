/**
 * The contract of tenants: {@link dev.holdfast.tenants.TenantMessage}s create, suspend and resume
 * them; a {@link dev.holdfast.tenants.TenantGate} says which of them may work now.
 */
@NullMarked
package dev.holdfast.tenants;

import org.jspecify.annotations.NullMarked;
