package dev.holdfast.loadtest.report;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QuantityTest {
  @ParameterizedTest
  @CsvSource({
    "0, '', 0",
    "1234567, '', '1,234,567'",
    "0.5, '', 0.5",
    "100.4, '', 100",
    "0.84219, ms, 0.842 ms",
    "3.2149, ms, 3.21 ms",
    "12.345, ms, 12.3 ms",
    "999, ms, 999 ms",
    "1500, ms, 1.5 s",
    "90000, ms, 90 s",
    "-1500, ms, -1.5 s",
    "0.00001, ms, 0 ms",
    "999, B, 999 B",
    "41500, B, 41.5 KB",
    "1230000, B, 1.23 MB",
    "-2500000000, B, -2.5 GB",
    "5e15, B, '5,000 TB'",
    "12345.6, /s, '12,346/s'",
    "61.25, %, 61.3%",
    "1.7, cores, 1.7 cores",
    "NaN, ms, not measured",
    "Infinity, ms, not measured",
    ", ms, not measured"
  })
  void figuresReadAsPeopleWriteThem(Double value, String unit, String text) {
    assertEquals(text, Quantity.text(value, unit));
  }
}
