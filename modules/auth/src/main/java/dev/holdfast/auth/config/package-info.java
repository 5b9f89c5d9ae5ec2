/**
 * What is trusted: {@link dev.holdfast.auth.config.AuthConfig} has the configured issuers, {@link
 * dev.holdfast.auth.config.IssuerSettings} reads one that is added while nodes run, {@link
 * dev.holdfast.auth.config.Preset} knows the usual providers. {@code ClaimPath} finds a claim.
 */
@NullMarked
package dev.holdfast.auth.config;

import org.jspecify.annotations.NullMarked;
