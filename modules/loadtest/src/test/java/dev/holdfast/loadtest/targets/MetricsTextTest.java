package dev.holdfast.loadtest.targets;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import org.junit.jupiter.api.Test;

class MetricsTextTest {
  private final MetricsText metrics =
      new MetricsText(
          """
          # HELP jvm_memory_used_bytes The amount of used memory
          # TYPE jvm_memory_used_bytes gauge
          jvm_memory_used_bytes{area="heap",id="G1 Eden Space"} 1.2E7
          jvm_memory_used_bytes{area="heap",id="G1 Old Gen"} 3000000.0
          jvm_memory_used_bytes{area="nonheap",id="Metaspace"} 4.0E7
          holdfast_connections 17.0
          holdfast_connections_limit 99.0
          """);

  @Test
  void aSumIsOfOneNameAndOneLabel() {
    assertEquals(15_000_000.0, metrics.sum("jvm_memory_used_bytes", "area=\"heap\""));
    assertEquals(55_000_000.0, metrics.sum("jvm_memory_used_bytes", ""));
    assertEquals(17.0, metrics.sum("holdfast_connections", ""));
  }

  @Test
  void whatIsNotReportedIsNotZero() {
    assertNull(metrics.sum("holdfast_connection", ""));
    assertNull(metrics.sum("jvm_memory_used_bytes", "area=\"disk\""));
  }
}
