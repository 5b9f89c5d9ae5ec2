package dev.holdfast.app;

import com.fasterxml.jackson.databind.JsonNode;
import dev.holdfast.app.command.ExitCode;
import dev.holdfast.app.command.NodeCalls;
import dev.holdfast.app.command.OperatorCalls;
import java.io.PrintWriter;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Lists, creates, suspends, resumes and exports tenants, shows who did, and what they use. */
@Command(
    name = "tenants",
    mixinStandardHelpOptions = true,
    description =
        "Lists, shows, creates, suspends, resumes or exports tenants; shows who did, and what"
            + " they use.",
    subcommands = {
      TenantsCommand.ListTenants.class,
      TenantsCommand.Show.class,
      TenantsCommand.Create.class,
      TenantsCommand.Suspend.class,
      TenantsCommand.Resume.class,
      TenantsCommand.Audit.class,
      TenantsCommand.Use.class,
      ExportCommand.class
    })
final class TenantsCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    spec.commandLine().usage(spec.commandLine().getErr());
    return ExitCode.USAGE;
  }

  private static void print(PrintWriter out, JsonNode tenant) {
    out.printf(
        "%-9s  created %s  changed %s  %s%n",
        tenant.path("state").asText(),
        time(tenant.path("created").asLong()),
        time(tenant.path("since").asLong()),
        tenant.path("tenant").asText());
    out.flush();
  }

  private static String time(long ms) {
    return ms == 0 ? "-" : Instant.ofEpochMilli(ms / 1_000 * 1_000).toString();
  }

  /** Lists tenants. */
  @Command(
      name = "list",
      mixinStandardHelpOptions = true,
      description = "Lists the tenants that were created or are suspended.")
  static final class ListTenants implements Callable<Integer> {
    private static final String PAGE = "1000";

    @Spec private CommandSpec spec;
    @Mixin private OperatorCalls operator;

    @Override
    public Integer call() {
      Map<String, @Nullable String> query = new HashMap<>();
      query.put("limit", PAGE);
      do {
        JsonNode page = operator.call("GET", "/v1/tenants", query);
        page.path("tenants").forEach(tenant -> print(spec.commandLine().getOut(), tenant));
        query.put("after", page.path("next").textValue());
      } while (query.get("after") != null);
      return ExitCode.OK;
    }
  }

  /** Prints a tenant's audit log. */
  @Command(
      name = "audit",
      mixinStandardHelpOptions = true,
      description = "Prints who administered what in a tenant, an entry a line, oldest first.")
  static final class Audit implements Callable<Integer> {
    private static final String PAGE = "1000";

    @Spec private CommandSpec spec;
    @Mixin private OperatorCalls operator;

    @Parameters(paramLabel = "TENANT", description = "Its name.")
    private String tenant;

    @Override
    public Integer call() {
      String path = "/v1/tenants/" + NodeCalls.part(tenant) + "/audit";
      Map<String, @Nullable String> query = new HashMap<>();
      query.put("limit", PAGE);
      boolean more = true;
      while (more) {
        JsonNode page = operator.call("GET", path, query);
        page.path("publications").forEach(this::print);
        String next = page.path("next").textValue();
        more = next != null && !next.equals(query.put("after", next));
      }
      return ExitCode.OK;
    }

    private void print(JsonNode entry) {
      JsonNode data = entry.path("data");
      JsonNode by = data.path("by");
      PrintWriter out = spec.commandLine().getOut();
      out.printf(
          "%s  %-7s  %s  %s  by %s %s%s%s%n",
          time(entry.path("at").asLong()),
          data.path("outcome").asText(),
          entry.path("event").asText(),
          data.path("target"),
          by.path("kind").asText(),
          by.path("name").asText(),
          by.has("tenant") ? " of " + by.path("tenant").asText() : "",
          data.at("/from/address").isMissingNode()
              ? ""
              : " at " + data.at("/from/address").asText());
      out.flush();
    }
  }

  /** Prints what a tenant used, day by day. */
  @Command(
      name = "usage",
      mixinStandardHelpOptions = true,
      description = "Prints what a tenant used, a day in UTC a line, oldest first.")
  static final class Use implements Callable<Integer> {
    @Spec private CommandSpec spec;
    @Mixin private OperatorCalls operator;

    @Option(
        names = "--days",
        paramLabel = "N",
        defaultValue = "30",
        description = "How many, back from today, 1 to 90; default 30.")
    private int days;

    @Parameters(paramLabel = "TENANT", description = "Its name.")
    private String tenant;

    @Override
    public Integer call() {
      Map<String, @Nullable String> query = new HashMap<>();
      query.put("days", Integer.toString(days));
      String path = "/v1/tenants/" + NodeCalls.part(tenant) + "/usage";
      operator.call("GET", path, query).path("days").forEach(this::print);
      return ExitCode.OK;
    }

    private void print(JsonNode day) {
      PrintWriter out = spec.commandLine().getOut();
      out.printf(
          "%s  %d connects, %d at a time  %d publications, %s  %s in, %s out"
              + "  %s retained, %s of files  %d runs, %d tokens%n",
          day.path("day").asText(),
          day.path("connects").asLong(),
          day.path("connections").asLong(),
          day.path("publications").asLong(),
          UsageCommand.size(day.path("publishedBytes")),
          UsageCommand.size(day.path("bytesIn")),
          UsageCommand.size(day.path("bytesOut")),
          UsageCommand.size(day.path("retainedBytes")),
          UsageCommand.size(day.path("fileBytes")),
          day.path("runs").asLong(),
          day.path("tokens").asLong());
      out.flush();
    }
  }

  /** One request about one tenant. */
  private abstract static class OfOne implements Callable<Integer> {
    private final String method;
    private final String rest;

    @Spec private CommandSpec spec;
    @Mixin private OperatorCalls operator;

    @Parameters(paramLabel = "TENANT", description = "Its name.")
    private String tenant;

    OfOne(String method, String rest) {
      this.method = method;
      this.rest = rest;
    }

    @Override
    public Integer call() {
      String path = "/v1/tenants/" + NodeCalls.part(tenant) + rest;
      print(spec.commandLine().getOut(), operator.call(method, path, Map.of()));
      return ExitCode.OK;
    }
  }

  /** Shows a tenant. */
  @Command(name = "show", mixinStandardHelpOptions = true, description = "Shows a tenant.")
  static final class Show extends OfOne {
    Show() {
      super("GET", "");
    }
  }

  /** Creates a tenant. */
  @Command(
      name = "create",
      mixinStandardHelpOptions = true,
      description = "Creates a tenant: with tenants.closed, none but these are admitted.")
  static final class Create extends OfOne {
    Create() {
      super("PUT", "");
    }
  }

  /** Suspends a tenant. */
  @Command(
      name = "suspend",
      mixinStandardHelpOptions = true,
      description = {
        "Suspends a tenant: on all nodes within 2 s its connections are closed, and its users,",
        "workers and publications are refused, as tenant_suspended. What it has is kept."
      })
  static final class Suspend extends OfOne {
    Suspend() {
      super("POST", "/suspend");
    }
  }

  /** Resumes a tenant. */
  @Command(
      name = "resume",
      mixinStandardHelpOptions = true,
      description = "Lets a suspended tenant work again.")
  static final class Resume extends OfOne {
    Resume() {
      super("POST", "/resume");
    }
  }
}
