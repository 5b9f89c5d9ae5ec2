/**
 * The operations of the HTTP API besides publications and files: each class takes some requests,
 * asks the services in the caller's name, and shows their answers.
 */
@NullMarked
package dev.holdfast.gateway.http.operations;

import org.jspecify.annotations.NullMarked;
