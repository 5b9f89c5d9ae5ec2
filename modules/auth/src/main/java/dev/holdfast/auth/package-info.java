/**
 * Verification of tokens. {@link dev.holdfast.auth.TokenVerifier} asks each {@code TrustedIssuer}
 * in turn (signature, time, issuer, audience), {@code Claims} reads who it is, {@link
 * dev.holdfast.auth.config.AuthConfig} says what is trusted. {@link dev.holdfast.auth.TokenSigner}
 * and {@link dev.holdfast.auth.DevelopmentKey} make tokens for development.
 */
@NullMarked
package dev.holdfast.auth;

import org.jspecify.annotations.NullMarked;
