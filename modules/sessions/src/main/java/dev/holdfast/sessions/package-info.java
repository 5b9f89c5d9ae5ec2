/** Durable sessions: who they are, where they are attached, when they end. */
package dev.holdfast.sessions;
