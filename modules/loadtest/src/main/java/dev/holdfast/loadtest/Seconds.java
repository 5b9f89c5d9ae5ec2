package dev.holdfast.loadtest;

import dev.holdfast.core.process.Durations;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Seconds, from {@code 30}, {@code 30s}, {@code 5m}, {@code 2h}. */
final class Seconds implements ITypeConverter<Double> {
  @Override
  public Double convert(String text) {
    if (text.matches("\\d{1,9}(\\.\\d{1,3})?")) {
      return Double.valueOf(text);
    }
    try {
      return Durations.parse(text).toMillis() / 1e3;
    } catch (IllegalArgumentException e) {
      throw new TypeConversionException("as in 30s, 5m, 2h, not " + text);
    }
  }
}
