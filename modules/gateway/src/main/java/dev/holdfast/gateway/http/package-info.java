/**
 * The HTTP API. {@link dev.holdfast.gateway.http.Contract} is the OpenAPI document, from which
 * {@link dev.holdfast.gateway.http.HttpApi} makes the routes; {@code ApiRequest} is a checked
 * request, {@code ApiResponse} its answer, {@link dev.holdfast.gateway.http.Problem} its refusal.
 * {@code publish} and {@code operations} do the work.
 */
@NullMarked
package dev.holdfast.gateway.http;

import org.jspecify.annotations.NullMarked;
