/** The attacks, and what an attacker does them with. */
@NullMarked
package dev.holdfast.testkit.attacks.kinds;

import org.jspecify.annotations.NullMarked;
