/**
 * The configuration of a process: {@link dev.holdfast.app.config.HoldfastConfig}, one record of the
 * modules' records. {@link dev.holdfast.app.config.ConfigReader} lays file, environment and command
 * line over each other; {@link dev.holdfast.cluster.config} makes records of the result and lists
 * every problem at once.
 */
@NullMarked
package dev.holdfast.app.config;

import org.jspecify.annotations.NullMarked;
