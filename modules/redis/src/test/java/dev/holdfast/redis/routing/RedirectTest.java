package dev.holdfast.redis.routing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.vertx.redis.client.impl.types.ErrorType;
import org.junit.jupiter.api.Test;

class RedirectTest {
  private static String read(String answer) {
    return String.valueOf(Redirect.of(ErrorType.create(answer)));
  }

  @Test
  void areWhatServersSay() {
    assertEquals("MOVED 10.0.0.1:6379", read("MOVED 42 10.0.0.1:6379"));
    assertEquals("ASK r1.example:7000", read("ASK 42 r1.example:7000"));
    assertEquals("TRYAGAIN", read("TRYAGAIN Multiple keys request during rehashing of slot"));
    assertEquals("MOVED", read("MOVED 42 nowhere"));
    assertNull(Redirect.of(ErrorType.create("ERR something else")));
  }

  /** Redis 6.2, and 7. */
  @Test
  void areWhatScriptsRaise() {
    assertEquals(
        "TRYAGAIN",
        read(
            "ERR Error running script (call to f_0a): @user_script:12: user_script:12: -TRYAGAIN"
                + " the journal moves, nothing done"));
    assertEquals(
        "TRYAGAIN",
        read("ERR user_script:12: -TRYAGAIN the journal moves, nothing done script: 0a"));
  }
}
