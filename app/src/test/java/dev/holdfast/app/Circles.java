package dev.holdfast.app;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Classes that can't be understood one without the other: the strongly connected parts of who uses
 * whom, by Tarjan. A class and what is nested in it count as one, as does a sealed family.
 */
final class Circles {
  private final Map<String, Set<String>> uses = new TreeMap<>();
  private final Map<String, Integer> index = new HashMap<>();
  private final Map<String, Integer> low = new HashMap<>();
  private final Deque<String> stack = new ArrayDeque<>();
  private final Set<String> open = new LinkedHashSet<>();
  private final List<Set<String>> found = new ArrayList<>();

  private Circles(JavaClasses classes) {
    for (JavaClass type : classes) {
      Set<String> used = uses.computeIfAbsent(one(type), first -> new TreeSet<>());
      type.getDirectDependenciesFromSelf().stream()
          .map(each -> each.getTargetClass().getBaseComponentType())
          .filter(target -> target.getName().startsWith("dev.holdfast."))
          .forEach(target -> used.add(one(target)));
    }
  }

  /** Circles of more than so many. */
  static List<Set<String>> of(JavaClasses classes, int most) {
    var circles = new Circles(classes);
    circles.uses.keySet().forEach(circles::visit);
    circles.found.removeIf(circle -> circle.size() <= most);
    return circles.found;
  }

  private static String one(JavaClass type) {
    JavaClass outer = outermost(type);
    return outer.getRawInterfaces().stream()
        .filter(each -> each.getName().startsWith("dev.holdfast."))
        .filter(each -> each.reflect().isSealed())
        .map(Circles::one)
        .findFirst()
        .orElse(outer.getName());
  }

  private static JavaClass outermost(JavaClass type) {
    return type.getEnclosingClass().map(Circles::outermost).orElse(type);
  }

  private void visit(String type) {
    if (index.containsKey(type)) {
      return;
    }
    index.put(type, index.size());
    low.put(type, index.get(type));
    stack.push(type);
    open.add(type);
    for (String used : uses.getOrDefault(type, Set.of())) {
      visit(used);
      if (open.contains(used)) {
        low.merge(type, low.get(used), Math::min);
      }
    }
    if (low.get(type).equals(index.get(type))) {
      found.add(closed(type));
    }
  }

  private Set<String> closed(String first) {
    Set<String> circle = new TreeSet<>();
    String type;
    do {
      type = stack.pop();
      open.remove(type);
      circle.add(type);
    } while (!type.equals(first));
    return circle;
  }
}
