package dev.holdfast.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.core.ErrorCode;
import io.vertx.redis.client.impl.types.ErrorType;
import java.io.IOException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RedisErrorsTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "OOM command not allowed when used memory > 'maxmemory'. | STORE_FULL | oom",
        "OOM command not allowed when used memory > 'maxmemory'. script: 1a2b, on @user_script:4. | STORE_FULL | oom",
        "ERR Error running script (call to f_1a2b): @user_script:4: @user_script: 4: -OOM command not allowed when"
            + " used memory > 'maxmemory'. | STORE_FULL | oom",
        "LOADING Redis is loading the dataset in memory | UNAVAILABLE | loading",
        "READONLY You can't write against a read only replica. | UNAVAILABLE | readonly",
        "MASTERDOWN Link with MASTER is down | UNAVAILABLE | masterdown",
        "MISCONF Redis is configured to save RDB snapshots | UNAVAILABLE | misconf",
        "NOSCRIPT No matching script. Please use EVAL. | UNAVAILABLE | noscript",
        "ERR Error running script (call to f_1a2b): @user_script:9: user_script:9: -OTHERDATA the server | UNAVAILABLE | otherdata",
        "ERR user_script:9: -OTHERDATA the server has script: 1a2b, on @user_script:9. | UNAVAILABLE | otherdata",
        "WRONGTYPE Operation against a key holding the wrong kind of value | INTERNAL | error",
        "ERR unknown command | INTERNAL | error",
        "WRITTENBYSOMESCRIPT of ours | INTERNAL | error"
      })
  void namesWhatRedisRefuses(String message, ErrorCode code, String kind) {
    var error = ErrorType.create(message);

    assertEquals(code, RedisErrors.named(error).code());
    assertEquals(kind, RedisErrors.kind(error));
    assertTrue(RedisErrors.isAnswer(error));
  }

  @ParameterizedTest
  @ValueSource(strings = {"CONNECTION_CLOSED", "ILLEGAL_STATE Unknown RESP type x"})
  void aBrokenConnectionIsNoAnswer(String message) {
    assertFalse(RedisErrors.isAnswer(ErrorType.create(message)));
    assertFalse(RedisErrors.isAnswer(new IOException("Connection reset by peer")));
  }
}
