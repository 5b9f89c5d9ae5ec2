/**
 * Publications over HTTP. {@code PublishBodies} reads them in each of their forms, {@code
 * PublishStream} line by line; {@code Publishing} hands them to the channels, {@code
 * NumberedPublisher} those that have numbers; {@code Results} answers them.
 */
@NullMarked
package dev.holdfast.gateway.http.publish;

import org.jspecify.annotations.NullMarked;
