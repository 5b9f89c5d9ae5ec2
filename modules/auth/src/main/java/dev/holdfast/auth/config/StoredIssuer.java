package dev.holdfast.auth.config;

/**
 * An issuer that an operator added while nodes run.
 *
 * @param born number of the change that added it; another one each time, and never 0
 */
public record StoredIssuer(IssuerConfig config, long born) {}
