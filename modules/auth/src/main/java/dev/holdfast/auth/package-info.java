/** From a token to a caller: verification, claims, permissions. */
package dev.holdfast.auth;
