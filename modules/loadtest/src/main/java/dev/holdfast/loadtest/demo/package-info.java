/**
 * A cluster that is killed for show: a small {@code load kill} with a screen of its own. {@link
 * dev.holdfast.loadtest.demo.DemoCommand} is the command, {@code Demo} its run, {@code
 * DemoScenario} what is done to the nodes, {@code Screen} what a person sees of it.
 */
@NullMarked
package dev.holdfast.loadtest.demo;

import org.jspecify.annotations.NullMarked;
