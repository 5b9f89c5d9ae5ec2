/** The calls of a link that wait and those under way: in order, and fair between tenants. */
package dev.holdfast.redis.queue;
