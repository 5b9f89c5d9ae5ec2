/**
 * Files in Redis: {@code FileStore} has the truth of each, {@code QuotaStore} what a tenant's take,
 * {@code FileIndex} the hints, {@code Tickets} the links. {@code FileAccess} is the one place that
 * decides who may.
 */
@NullMarked
package dev.holdfast.files.records;

import org.jspecify.annotations.NullMarked;
