package dev.holdfast.testkit;

import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Gives tests a real Redis as a parameter of type {@link TestRedis}: the one that the test JVM
 * shares, or with {@link OwnRedis} one of its own.
 */
public final class RedisExtension implements ParameterResolver {
  private static final Namespace OWN = Namespace.create(RedisExtension.class);

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == TestRedis.class;
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    if (!parameter.isAnnotated(OwnRedis.class)) {
      return TestRedis.shared();
    }
    // Closed with the context's store: after the test method, or after the class.
    TestRedis own = TestRedis.own();
    context.getStore(OWN).put(parameter.getParameter(), own);
    return own;
  }
}
