/**
 * The HTTP API. {@link dev.holdfast.gateway.http.Contract} is the OpenAPI document, from which
 * {@link dev.holdfast.gateway.http.HttpApi} makes the routes; {@code ApiRequest} is one request,
 * understood, {@code ApiResponse} what goes back, {@link dev.holdfast.gateway.http.Problem} what is
 * wrong with it. {@code publish} and {@code operations} do what is asked.
 */
@NullMarked
package dev.holdfast.gateway.http;

import org.jspecify.annotations.NullMarked;
