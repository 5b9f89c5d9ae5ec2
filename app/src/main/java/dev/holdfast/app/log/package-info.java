/** Keeps a node's log readable when everything goes wrong at once. */
@NullMarked
package dev.holdfast.app.log;

import org.jspecify.annotations.NullMarked;
