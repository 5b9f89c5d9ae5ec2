/**
 * The HTTP API. {@link dev.holdfast.gateway.http.Contract} is the OpenAPI document, from which
 * {@link dev.holdfast.gateway.http.HttpApi} makes the routes; {@code Ask} is one request,
 * understood, {@code Answer} what goes back, {@link dev.holdfast.gateway.http.Problem} what is
 * wrong with it. {@code Publishing}, {@code ChannelViews}, {@code Sessions}, {@code Connections}
 * and {@code NodeViews} do what is asked.
 */
package dev.holdfast.gateway.http;
