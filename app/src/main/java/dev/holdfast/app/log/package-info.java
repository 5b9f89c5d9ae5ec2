/** What keeps a node's log readable when everything goes wrong at once. */
package dev.holdfast.app.log;
