/** The attacks, and what an attacker does them with. */
package dev.holdfast.testkit.attacks.kinds;
