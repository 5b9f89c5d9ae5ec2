package dev.holdfast.app;

import com.fasterxml.jackson.databind.JsonNode;
import dev.holdfast.app.command.ExitCode;
import dev.holdfast.app.command.OperatorCalls;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Erases what a tenant, one of its users, or one of its channels has. */
@Command(
    name = "erase",
    mixinStandardHelpOptions = true,
    description = {
      "Erases a tenant, a user or a channel, step by step, and prints its progress.",
      "Ends the sessions of the tenant or user, and their files. Goes on until a pass through all"
          + " keys finds nothing to erase, and prints what is left. If it is interrupted, run it"
          + " again. Suspend a tenant first, or it may come back meanwhile."
    })
final class EraseCommand implements Callable<Integer> {
  private static final List<String> COUNTS = List.of("sessions", "files", "runs", "keys");

  /** A tenant that is still written to after so many passes has to be suspended first. */
  private static final int MOST_PASSES = 10;

  private static final long PAUSE_MS = 1_000;

  @Spec private CommandSpec spec;
  @Mixin private OperatorCalls operator;

  @Option(names = "--tenant", required = true, description = "Tenant to erase from.")
  private String tenant;

  @Option(
      names = "--user",
      description = "Erases this user only: its sessions, channel, runs, threads and files.")
  private @Nullable String user;

  @Option(names = "--channel", description = "Erases this channel only, for example topic:news.")
  private @Nullable String channel;

  @Option(
      names = "--confirm",
      paramLabel = "NAME",
      required = true,
      description = "Repeat the name of what is erased: the user, the channel or the tenant.")
  private String confirm;

  @Option(
      names = "--wait",
      paramLabel = "SECONDS",
      defaultValue = "0",
      description = "Looks again for so long, until nothing is left. Default: ${DEFAULT-VALUE}.")
  private long wait;

  /** What one walk through all keys did, and met. */
  private record Pass(long erased, Map<String, Long> left) {}

  @Override
  public Integer call() throws InterruptedException {
    String named = user != null ? user : channel != null ? channel : tenant;
    if (!named.equals(confirm)) {
      throw new ParameterException(spec.commandLine(), "--confirm: it is " + named);
    }
    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(wait);
    Map<String, Long> sums = new HashMap<>();
    int busy = 0;
    while (true) {
      Pass pass = pass(sums);
      boolean over = channel != null || pass.left().isEmpty() || System.nanoTime() > until;
      if (pass.erased() == 0 && over) {
        print(pass.left().isEmpty() ? "Nothing is left." : "Left for now: " + pass.left());
        return ExitCode.OK;
      }
      busy += pass.erased() > 0 ? 1 : 0;
      if (busy == MOST_PASSES) {
        print("It is still written to. Suspend the tenant, and erase it again.");
        return ExitCode.FAILED;
      }
      Thread.sleep(pass.erased() > 0 ? 0 : PAUSE_MS);
    }
  }

  private Pass pass(Map<String, Long> sums) {
    Map<String, @Nullable String> query = new HashMap<>();
    query.put("tenant", tenant);
    query.put("user", user);
    query.put("channel", channel);
    query.put("confirm", confirm);
    long erased = 0;
    Map<String, Long> left = new TreeMap<>();
    do {
      JsonNode step = operator.call("DELETE", "/v1/usage", query);
      for (String count : COUNTS) {
        sums.merge(count, step.path(count).asLong(), Long::sum);
        erased += step.path(count).asLong();
      }
      step.path("left")
          .fields()
          .forEachRemaining(one -> left.merge(one.getKey(), one.getValue().asLong(), Long::sum));
      query.put("after", step.path("next").textValue());
      if (erased > 0) {
        print(
            "%d sessions ended, %d files, %d runs and %d keys deleted"
                .formatted(COUNTS.stream().map(sums::get).toArray()));
      }
    } while (query.get("after") != null);
    return new Pass(erased, left);
  }

  private void print(String line) {
    spec.commandLine().getOut().println(line);
    spec.commandLine().getOut().flush();
  }
}
