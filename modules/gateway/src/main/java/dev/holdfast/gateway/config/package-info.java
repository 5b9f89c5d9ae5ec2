/** The settings of the edge, checked when they are made. */
package dev.holdfast.gateway.config;
