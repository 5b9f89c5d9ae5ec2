package dev.holdfast.loadtest.report;

import dev.holdfast.loadtest.plan.Counters;
import dev.holdfast.loadtest.report.Result.NodeSecond;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The words of a {@link LiveView}. */
final class LiveLines {
  private static final int BAR = 30;
  private static final int MOST_NODES = 12;

  private final Terminal terminal;
  private final String scenario;
  private final double seconds;

  LiveLines(Terminal terminal, String scenario, double seconds) {
    this.terminal = terminal;
    this.scenario = terminal.safe(scenario);
    this.seconds = seconds;
  }

  /** Returns several lines for people. */
  List<String> block(Result.Second now, Counters total) {
    return List.of(
        head(now),
        line("clients", clients(now, total)),
        line("per second", rates(now)),
        line("delivery", delivery(now)),
        line("cpu, cores", cpu(now)),
        line("so far", soFar(total)));
  }

  /** Returns one line of {@code name=value} for a log. */
  String plain(Result.Second now, Counters total) {
    var redis = now.redis() == null ? null : now.redis().cpu();
    return String.format(
        Locale.ROOT,
        "t=%.0f phase=%s attached=%d clients=%d published=%d acknowledged=%d received=%d"
            + " connects=%d called=%d p50=%s p99=%s max=%s connections=%s cpu=%s worker=%.2f"
            + " lag=%s redis=%s interrupted=%d resumed=%d failed=%d",
        now.t(),
        terminal.safe(now.phase()),
        now.attached(),
        total.clients(),
        now.published(),
        now.acknowledged(),
        now.received(),
        now.connects(),
        now.called(),
        joined(now.deliveryP50(), "ms"),
        joined(now.deliveryP99(), "ms"),
        joined(now.deliveryMax(), "ms"),
        nodes(now, ":", ",", node -> plain(node.connections())),
        nodes(now, ":", ",", node -> cores(node.cpu())),
        now.workerCpu(),
        joined(now.workerLagMicros() / 1000.0, "ms"),
        cores(redis),
        total.interrupted(),
        total.resumed(),
        total.failed());
  }

  String mark(Result.Mark mark) {
    var text = terminal.safe(mark.text());
    if (!terminal.rewrites()) {
      return String.format(
          Locale.ROOT, "t=%.1f %s: %s", mark.t(), terminal.safe(mark.kind()), text);
    }
    var line = clock(mark.t()) + " " + text;
    return switch (mark.kind()) {
      case "fault" -> terminal.bad(sign("✗", "x") + " " + line);
      case "recovery" -> terminal.good(sign("✓", "+") + " " + line);
      default -> terminal.bold(sign("▸", ">") + " " + line);
    };
  }

  private String head(Result.Second now) {
    var name = terminal.bold(scenario) + "  " + terminal.safe(now.phase());
    if (seconds <= 0) {
      return name + "  " + clock(now.t());
    }
    var share = Math.min(1, Math.max(0, now.t() / seconds));
    var full = (int) Math.round(share * BAR);
    var bar = sign("█", "#").repeat(full) + sign("░", ".").repeat(BAR - full);
    return "%s  %s  %s of %s".formatted(name, bar, clock(now.t()), clock(seconds));
  }

  private String clients(Result.Second now, Counters total) {
    return "%s of %s attached   %s"
        .formatted(
            text(now.attached(), ""),
            text(total.clients(), ""),
            nodes(now, " ", "  ", node -> text(node.connections(), "")));
  }

  private String rates(Result.Second now) {
    return "published %s  acknowledged %s  received %s  connects %s  calls %s"
        .formatted(
            text(now.published(), ""),
            text(now.acknowledged(), ""),
            text(now.received(), ""),
            text(now.connects(), ""),
            text(now.called(), ""));
  }

  private String delivery(Result.Second now) {
    return now.deliveryP50() == null
        ? "nothing was delivered"
        : "p50 %s  p99 %s  max %s"
            .formatted(
                text(now.deliveryP50(), "ms"),
                text(now.deliveryP99(), "ms"),
                text(now.deliveryMax(), "ms"));
  }

  private String cpu(Result.Second now) {
    var redis = now.redis() == null ? null : now.redis().cpu();
    return "%s   redis %s   busiest worker %s"
        .formatted(
            nodes(now, " ", "  ", node -> cores(node.cpu())), cores(redis), cores(now.workerCpu()));
  }

  private String soFar(Counters total) {
    var text =
        "received %s  interrupted %s  resumed %s  restarted %s"
            .formatted(
                text(total.received(), ""),
                text(total.interrupted(), ""),
                text(total.resumed(), ""),
                text(total.restarted(), ""));
    return total.failed() == 0
        ? text
        : text + "  " + terminal.bad("failed " + text(total.failed(), ""));
  }

  private String nodes(
      Result.Second now, String of, String between, Function<NodeSecond, String> what) {
    var shown =
        now.nodes().stream()
            .limit(MOST_NODES)
            .map(node -> terminal.safe(node.node()) + of + (node.up() ? what.apply(node) : down()))
            .collect(Collectors.joining(between));
    var more = now.nodes().size() - MOST_NODES;
    return more > 0 ? shown + between + "+" + more : shown.isEmpty() ? "-" : shown;
  }

  private String down() {
    return terminal.bad("down");
  }

  private String line(String title, String text) {
    return String.format("  %-11s %s", title, text);
  }

  private String sign(String unicode, String ascii) {
    return terminal.unicode() ? unicode : ascii;
  }

  /** Returns the value with its unit, without a space between. */
  private static String joined(@Nullable Double value, String unit) {
    return value == null ? "-" : String.format(Locale.ROOT, "%.3f%s", value, unit);
  }

  private static String plain(@Nullable Long value) {
    return value == null ? "-" : value.toString();
  }

  private static String cores(@Nullable Double value) {
    return value == null ? "-" : String.format(Locale.ROOT, "%.2f", value);
  }

  private static String text(@Nullable Long value, String unit) {
    return value == null ? "-" : text((double) value, unit);
  }

  private static String text(@Nullable Double value, String unit) {
    return value == null ? "-" : Quantity.text(value, unit);
  }

  private static String clock(double t) {
    var whole = Math.round(t);
    return String.format(Locale.ROOT, "%d:%02d", whole / 60, whole % 60);
  }
}
