/** The servers behind a TestRedis: embedded, in a container, with a clock of its own. */
package dev.holdfast.testkit.redis;
