package dev.holdfast.runs;

import dev.holdfast.runs.config.RunsConfig;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.Map;

/** Settings for tests: the defaults, with some changed by name. */
public final class TestConfig {
  private TestConfig() {}

  public static RunsConfig with(Map<String, Object> changes) {
    RecordComponent[] components = RunsConfig.class.getRecordComponents();
    Object[] values = new Object[components.length];
    Class<?>[] types = new Class<?>[components.length];
    int changed = 0;
    try {
      for (int i = 0; i < components.length; i++) {
        String name = components[i].getName();
        types[i] = components[i].getType();
        changed += changes.containsKey(name) ? 1 : 0;
        values[i] =
            changes.containsKey(name)
                ? changes.get(name)
                : components[i].getAccessor().invoke(RunsConfig.DEFAULTS);
      }
      if (changed < changes.size()) {
        throw new AssertionError("not all are settings: " + changes.keySet());
      }
      return RunsConfig.class.getDeclaredConstructor(types).newInstance(values);
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof IllegalArgumentException refused) {
        throw refused;
      }
      throw new AssertionError(e);
    } catch (ReflectiveOperationException e) {
      throw new AssertionError(e);
    }
  }
}
