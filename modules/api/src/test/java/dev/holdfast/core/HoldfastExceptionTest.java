package dev.holdfast.core;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.eventbus.ReplyFailure;
import org.junit.jupiter.api.Test;

class HoldfastExceptionTest {
  /**
   * Services in other languages may refuse without a message; users then got a frame without one.
   */
  @Test
  void aRefusalWithoutAMessageHasItsCodesText() {
    var reply = new ReplyException(ReplyFailure.RECIPIENT_FAILURE, ErrorCode.CONFLICT.number, null);

    HoldfastException failure = HoldfastException.from(reply);

    assertEquals(ErrorCode.CONFLICT, failure.code());
    assertEquals(ErrorCode.CONFLICT.publicText, failure.publicMessage());
  }

  @Test
  void aMessageIsPublicOnlyIfItsThrowerSaysSo() {
    String secret = "at 10.0.0.7";

    var hidden = new HoldfastException(ErrorCode.FORBIDDEN, secret);

    assertEquals(secret, hidden.getMessage());
    assertEquals(ErrorCode.FORBIDDEN.publicText, hidden.publicMessage());
    assertEquals(
        secret, HoldfastException.withPublicMessage(ErrorCode.FORBIDDEN, secret).publicMessage());
  }
}
