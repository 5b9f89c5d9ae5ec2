/** The servers behind a TestRedis: embedded, in a container, with a clock of its own. */
@NullMarked
package dev.holdfast.testkit.redis;

import org.jspecify.annotations.NullMarked;
