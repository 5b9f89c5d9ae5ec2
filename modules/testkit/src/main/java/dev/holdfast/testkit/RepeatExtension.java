package dev.holdfast.testkit;

import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.TestTemplateInvocationContext;
import org.junit.jupiter.api.extension.TestTemplateInvocationContextProvider;

/** Runs a test {@code holdfast.repeat} times. */
final class RepeatExtension implements TestTemplateInvocationContextProvider {
  @Override
  public boolean supportsTestTemplate(ExtensionContext context) {
    return true;
  }

  @Override
  public Stream<TestTemplateInvocationContext> provideTestTemplateInvocationContexts(
      ExtensionContext context) {
    int times = Integer.getInteger("holdfast.repeat", 1);
    return IntStream.rangeClosed(1, times).mapToObj(n -> new Run(n, times));
  }

  private record Run(int number, int times) implements TestTemplateInvocationContext {
    @Override
    public String getDisplayName(int invocationIndex) {
      return number + " of " + times;
    }
  }
}
