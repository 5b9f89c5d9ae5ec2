package dev.holdfast.loadtest.targets.local;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@EnabledOnOs(OS.LINUX)
class ProcessorsTest {
  @Test
  void aRoleRunsOnTheProcessorsThatItWasGiven() {
    Processors processors = Processors.parse("nodes=0;redis=0");

    assertEquals(List.of("taskset", "-c", "0", "java"), processors.on("nodes", List.of("java")));
    assertEquals(List.of("java"), processors.on("workers", List.of("java")));
    assertEquals(1, processors.count("nodes"));
    assertEquals(Runtime.getRuntime().availableProcessors(), processors.count("workers"));
    assertEquals("nodes=0;redis=0", processors.toString());
  }

  @Test
  void rangesAreCounted() {
    assertEquals(4, new Processors(java.util.Map.of("nodes", "0-2,5")).count("nodes"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "nodes", "nodes=", "nodes=a", "nodes=0,", "cooks=0", "nodes=4096"})
  void whatCanNotBeMeantIsRefused(String text) {
    assertThrows(IllegalArgumentException.class, () -> Processors.parse(text));
  }
}
