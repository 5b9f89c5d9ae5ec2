/**
 * What a node serves to browsers: the JavaScript client, and a page to try it.
 *
 * <p>{@link dev.holdfast.gateway.page.Pages} has the handlers; {@link
 * dev.holdfast.gateway.page.Development} signs tokens for the page of a development node.
 */
@NullMarked
package dev.holdfast.gateway.page;

import org.jspecify.annotations.NullMarked;
