package dev.holdfast.files.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Settings of files: the folder of their content, and what may be kept.
 *
 * @param folder of their content, the same for all nodes; none: {@code files} in the node's data
 *     folder, which serves a single node
 * @param limits what a tenant may have
 * @param tenants the same for single tenants, by name
 * @param uploadIdle after which an upload that shows no sign of life is given up: 1 s to 7 days
 * @param stall how long an upload's connection may bring nothing: 100 ms to 10 min
 * @param sweep how often what is due is looked at: 100 ms to 1 h
 * @param audit how often records and content are compared: 1 s to 30 days
 * @param orphanAge how old content without a record has to be before it is removed: 1 s to 30 days
 * @param retry after which a step that a node has begun is taken again, as it may have died: 1 s to
 *     10 min; longer than any such step but the writing of content
 */
public record FilesConfig(
    @Nullable Path folder,
    TenantFiles limits,
    Map<String, TenantFiles> tenants,
    Duration uploadIdle,
    Duration stall,
    Duration sweep,
    Duration audit,
    Duration orphanAge,
    Duration retry) {
  public static final FilesConfig DEFAULTS =
      new FilesConfig(
          null,
          TenantFiles.DEFAULTS,
          Map.of(),
          Duration.ofHours(24),
          Duration.ofSeconds(30),
          Duration.ofSeconds(10),
          Duration.ofHours(6),
          Duration.ofHours(24),
          Duration.ofMinutes(1));

  public FilesConfig {
    Objects.requireNonNull(limits, "limits");
    tenants = Map.copyOf(tenants);
    var problems = new ArrayList<String>();
    check(problems, "uploadIdle", uploadIdle, Duration.ofSeconds(1), Duration.ofDays(7));
    check(problems, "stall", stall, Duration.ofMillis(100), Duration.ofMinutes(10));
    check(problems, "sweep", sweep, Duration.ofMillis(100), Duration.ofHours(1));
    check(problems, "audit", audit, Duration.ofSeconds(1), Duration.ofDays(30));
    check(problems, "orphanAge", orphanAge, Duration.ofSeconds(1), Duration.ofDays(30));
    check(problems, "retry", retry, Duration.ofSeconds(1), Duration.ofMinutes(10));
    if (!problems.isEmpty()) {
      throw new IllegalArgumentException("files: " + String.join("; ", problems));
    }
  }

  /** Returns the same settings with content in this folder. */
  public FilesConfig in(Path other) {
    return new FilesConfig(
        other, limits, tenants, uploadIdle, stall, sweep, audit, orphanAge, retry);
  }

  public TenantFiles of(String tenant) {
    return tenants.getOrDefault(tenant, limits);
  }

  private static void check(
      List<String> problems, String name, Duration value, Duration least, Duration most) {
    if (value == null || value.compareTo(least) < 0 || value.compareTo(most) > 0) {
      problems.add(name + ": " + least + " to " + most + ", not " + value);
    }
  }
}
