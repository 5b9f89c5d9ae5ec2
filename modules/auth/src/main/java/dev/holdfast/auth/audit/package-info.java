/**
 * Audit logs: {@link dev.holdfast.auth.audit.AuditLog} notes in a tenant's {@code system:audit} who
 * administered what; {@link dev.holdfast.auth.audit.Administration} says which requests do.
 */
@NullMarked
package dev.holdfast.auth.audit;

import org.jspecify.annotations.NullMarked;
