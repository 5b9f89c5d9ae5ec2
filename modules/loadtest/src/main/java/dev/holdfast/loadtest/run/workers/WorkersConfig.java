package dev.holdfast.loadtest.run.workers;

import dev.holdfast.loadtest.targets.local.Processors;
import dev.holdfast.loadtest.targets.local.Program;
import java.net.URI;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The places of the workers.
 *
 * @param local how many are started on this machine; 0 if there are urls
 * @param program this one
 * @param command of it that is a worker
 * @param urls of those that run elsewhere: {@code ws://host:port}
 * @param secret that they ask for, if they do
 */
public record WorkersConfig(
    int local,
    Program program,
    List<String> command,
    List<URI> urls,
    @Nullable String secret,
    Processors processors) {
  public WorkersConfig {
    command = List.copyOf(command);
    urls = List.copyOf(urls);
  }

  int count() {
    return local + urls.size();
  }
}
