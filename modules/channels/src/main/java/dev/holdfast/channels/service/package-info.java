/**
 * The channels service: {@link dev.holdfast.channels.service.ChannelsVerticle} publishes ({@code
 * Batch}, {@code Publishing}), answers history, and serves consumers ({@code Consumers}, {@code
 * Arrivals}).
 */
@NullMarked
package dev.holdfast.channels.service;

import org.jspecify.annotations.NullMarked;
