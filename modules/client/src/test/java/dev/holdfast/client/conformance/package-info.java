/**
 * The conformance suite of clients: a fake node plays a script for each rule of the protocol's
 * page, "What a client must do", and judges. Scripts are Rules1Connecting and so on; Play is what
 * they are written with; a Stage is where they are played: VirtualStage with a clock that jumps,
 * against the client without I/O, and NetworkStage with a port, against a client in any language
 * that is driven by lines of JSON. Mutants break one rule each, and have to be found.
 */
package dev.holdfast.client.conformance;
