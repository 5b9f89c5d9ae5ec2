/**
 * The channels service: {@link dev.holdfast.channels.service.ChannelsVerticle} publishes, answers
 * history, and serves consumers ({@code Consumers}, {@code Arrivals}).
 */
package dev.holdfast.channels.service;
