/**
 * The sessions service: {@link dev.holdfast.sessions.service.SessionsVerticle} serves {@link
 * dev.holdfast.sessions.SessionMessage}s by {@code Attaching}, {@code Ending}, {@code Listing} and
 * {@code Maintenance}, and sends {@link dev.holdfast.sessions.NodeNotice}s to the nodes concerned.
 */
@NullMarked
package dev.holdfast.sessions.service;

import org.jspecify.annotations.NullMarked;
