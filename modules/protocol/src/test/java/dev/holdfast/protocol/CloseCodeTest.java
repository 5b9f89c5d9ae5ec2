package dev.holdfast.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class CloseCodeTest {
  @ParameterizedTest
  @EnumSource(CloseCode.class)
  void standsInTheContractWithItsMeaning(CloseCode code) throws Exception {
    String page = Files.readString(Path.of("README.md"));
    String line = "| " + code.number + " | `" + code.wireName() + "` | " + code.meaning + " |";

    assertTrue(page.contains(line), line);
  }

  @ParameterizedTest
  @EnumSource(CloseCode.class)
  void itsRangeSaysWhatTheClientDoes(CloseCode code) throws Exception {
    String page = Files.readString(Path.of("README.md"));
    String line = page.lines().filter(l -> l.startsWith("| " + code.number)).findFirst().get();

    assertEquals(code.reconnects(), line.contains("| reconnects"));
  }
}
