package dev.holdfast.app.shell;

import com.fasterxml.jackson.databind.JsonNode;
import dev.holdfast.app.command.ExitCode;
import dev.holdfast.client.Holdfast;
import dev.holdfast.core.process.Durations;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Sends a request to a service, and prints its answer. */
@Command(
    name = "request",
    mixinStandardHelpOptions = true,
    description = "Sends a request to a service on the event bus, and prints its answer as JSON.")
public final class RequestCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private ShellOptions shell;

  @Parameters(index = "0", paramLabel = "SERVICE", description = "For example billing.")
  private String service;

  @Parameters(index = "1", paramLabel = "METHOD", description = "For example quote.")
  private String method;

  @Parameters(
      index = "2",
      arity = "0..1",
      paramLabel = "DATA",
      defaultValue = "null",
      description = "JSON; what is none is text. Default: null.")
  private String data;

  @Option(
      names = "--timeout",
      paramLabel = "DURATION",
      defaultValue = "10s",
      description = "Longest wait for the answer, up to 60s; default 10s.")
  private String timeout;

  @Override
  public Integer call() {
    Duration wait = timeout();
    Holdfast client = shell.connect("request:*");
    try {
      JsonNode answer =
          Failures.wait(client.request(service, method, ShellOptions.data(data), wait));
      shell.print(answer, answer.toPrettyString());
    } finally {
      Failures.end(client);
    }
    return ExitCode.OK;
  }

  private Duration timeout() {
    try {
      Duration wait = Durations.parse(timeout);
      if (wait.toMillis() >= 1 && wait.toSeconds() <= 60) {
        return wait;
      }
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), "--timeout: " + e.getMessage());
    }
    throw new ParameterException(spec.commandLine(), "--timeout: 1ms to 60s");
  }
}
