/**
 * A service on the bus, as an example of one: {@link dev.holdfast.example.ExampleService} joins the
 * cluster without a way to Redis, publishes to a topic and answers users' requests.
 */
@NullMarked
package dev.holdfast.example;

import org.jspecify.annotations.NullMarked;
