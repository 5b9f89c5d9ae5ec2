package dev.holdfast.gateway.connection.pace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class TokenBucketTest {
  @Test
  void givesOneSecondsWorthAtOnceAndThenSaysWhenThereIsMore() {
    TokenBucket bucket = new TokenBucket(100, 0);
    for (int i = 0; i < 100; i++) {
      assertEquals(0, bucket.take(0));
    }
    assertEquals(10, bucket.take(0));
    assertEquals(0, bucket.take(TimeUnit.MILLISECONDS.toNanos(10)));
    assertTrue(bucket.take(TimeUnit.MILLISECONDS.toNanos(10)) > 0);
  }

  @Test
  void neverHoldsMoreThanItsBurst() {
    TokenBucket bucket = new TokenBucket(2, 0);
    long later = TimeUnit.HOURS.toNanos(1);

    assertEquals(0, bucket.take(later));
    assertEquals(0, bucket.take(later));
    assertEquals(500, bucket.take(later));
  }
}
