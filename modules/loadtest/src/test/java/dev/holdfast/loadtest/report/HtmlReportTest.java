package dev.holdfast.loadtest.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.holdfast.loadtest.plan.Counters;
import dev.holdfast.loadtest.plan.LedgerCount;
import dev.holdfast.loadtest.report.compare.Comparison;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HtmlReportTest {
  private static final String DATA = "<script type=\"application/json\" id=\"data\">";
  private static final List<String> OURS =
      List.of(
          "page.html",
          "page.css",
          "text.js",
          "dom.js",
          "plot.js",
          "marks.js",
          "charts.js",
          "report.js",
          "compare.js");

  @TempDir Path folder;

  @Test
  void nothingOfOursIsLoadedFromAnywhere() throws IOException {
    for (var name : OURS) {
      var text = resource(name);
      for (var load :
          List.of(
              "http:",
              "https:",
              "src=",
              "url(",
              "@import",
              "fetch(",
              "XMLHttp",
              "import(",
              "WebSocket",
              "sendBeacon",
              "innerHTML",
              "insertAdjacent",
              "document.write")) {
        assertFalse(text.contains(load), name + " has " + load);
      }
    }
  }

  @Test
  void thePageHasNoAddressesBesidesThoseInTheBannersOfChartJs() throws IOException {
    var page = page(Samples.small());
    var addresses = Pattern.compile("https?://[^\\s\"'<>]+").matcher(page).results();
    assertEquals(
        List.of("https://www.chartjs.org", "https://github.com/kurkle/color#readme"),
        addresses.map(found -> found.group()).toList());
    assertFalse(page.contains("sourceMappingURL"));
    assertEquals(1, count(page, " href="), "the empty icon");
    assertFalse(Pattern.compile("<(img|iframe|object|embed|base|form)\\b").matcher(page).find());
  }

  @Test
  void chartJsComesWithItsLicence() throws IOException {
    var page = page(Samples.small());
    assertTrue(page.contains("Chart.js v4"));
    assertTrue(page.contains("Permission is hereby granted, free of charge"));
    assertFalse(page.contains("{{"), "every slot is filled");
  }

  @Test
  void thePolicyAllowsTheseScriptsOnly() throws Exception {
    for (var page : List.of(page(Samples.small()), comparison(Samples.small(), Samples.big()))) {
      var policy = between(page, "Content-Security-Policy\" content=\"", "\"");
      assertTrue(policy.startsWith("default-src 'none'; img-src data:; base-uri 'none'"), policy);
      assertFalse(policy.contains("unsafe"), policy);
      assertTrue(policy.contains("style-src " + hash(between(page, "<style>", "</style>"))));
      var scripts = Pattern.compile("(?s)<script>(.*?)</script>").matcher(page).results().toList();
      assertEquals(2, scripts.size());
      for (var script : scripts) {
        assertTrue(policy.contains(hash(script.group(1))));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "</script><img src=x onerror=alert(1)>",
        "</SCRIPT ><script>alert(1)</script>",
        "<!--<script>",
        "-->",
        "]]>",
        "\" onload=\"alert(1)",
        "' onload='alert(1)",
        "&lt;img&gt; &amp;",
        "{{script}} {{data}} $1 \\1 \\u003c",
        "\u2028\u2029\u0000\u0007\uFEFF\u202E",
        "\\",
        "__proto__",
      })
  void noTextCanLeaveItsPlace(String text) throws IOException {
    var hostile = Samples.hostile(text);
    for (var page : List.of(page(hostile), comparison(hostile, Samples.small()))) {
      var plain = page(Samples.small());
      assertEquals(count(plain, "<script"), count(page, "<script"));
      assertEquals(count(plain, "</script"), count(page, "</script"));
      assertFalse(page.toLowerCase().contains("<img"));
      var data = data(page);
      var result = data.has("result") ? data.get("result") : data.get("a").get("result");
      assertEquals(text, result.get("scenario").asText());
      assertEquals(text, result.get("problems").get(0).asText());
      assertEquals(text, result.get("timeline").get(0).get("nodes").get(0).get("node").asText());
      assertEquals(1, result.get("counters").get("errors").get(text).asInt());
    }
  }

  @Test
  void theDataIsOneElementWithoutAnyMarkup() throws IOException {
    var data = between(page(Samples.hostile("</script><b>&")), DATA, "</script>");
    assertFalse(data.contains("<"));
    assertFalse(data.contains(">"));
    assertFalse(data.contains("&"));
  }

  @Test
  void everyMemberOfAResultIsShown() throws IOException {
    var scripts = new StringBuilder();
    for (var name : List.of("charts.js", "marks.js", "report.js")) {
      scripts.append(resource(name));
    }
    for (var member : members()) {
      var read = Pattern.compile("[.{,]\\s*" + member + "\\b").matcher(scripts);
      assertTrue(read.find(), "no script reads " + member);
    }
  }

  @Test
  void theVerdictIsGiven() throws IOException {
    assertEquals("PASS", data(page(Samples.small())).get("verdict").asText());
    assertEquals("FAIL", data(page(Samples.failing())).get("verdict").asText());
    assertEquals("PARTIAL", data(page(Samples.partial())).get("verdict").asText());
    var done = Samples.with(Samples.small(), false, List.of(), List.of());
    assertEquals("DONE", data(page(done)).get("verdict").asText());
  }

  @Test
  void aLongRunsPageIsOfAFewMegabytes() throws IOException {
    assertTrue(page(Samples.big()).length() < 3_000_000);
  }

  private static List<String> members() {
    var records =
        List.of(
            Result.class,
            Result.Figure.class,
            Result.Series.class,
            Result.Second.class,
            Result.NodeSecond.class,
            Result.RedisSecond.class,
            Result.Mark.class,
            Result.Outcome.class,
            LedgerCount.class,
            Counters.class);
    var members = new ArrayList<String>();
    for (var each : records) {
      for (var component : each.getRecordComponents()) {
        var named = component.getAccessor().getAnnotation(JsonProperty.class);
        members.add(named == null ? component.getName() : named.value());
      }
    }
    return members;
  }

  private String page(Result result) throws IOException {
    var file = folder.resolve("report.html");
    HtmlReport.write(result, file);
    return Files.readString(file);
  }

  private String comparison(Result a, Result b) throws IOException {
    var file = folder.resolve("compare.html");
    Comparison.of(a.scenario(), a, b.scenario(), b).writeHtml(file);
    return Files.readString(file);
  }

  private static JsonNode data(String page) throws IOException {
    return new ObjectMapper().readTree(between(page, DATA, "</script>"));
  }

  private static String between(String text, String from, String to) {
    var start = text.indexOf(from) + from.length();
    assertTrue(start >= from.length(), from);
    return text.substring(start, text.indexOf(to, start));
  }

  private static int count(String text, String part) {
    return text.split(Pattern.quote(part), -1).length - 1;
  }

  private static String hash(String text) throws GeneralSecurityException {
    var digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
    return "'sha256-" + Base64.getEncoder().encodeToString(digest) + "'";
  }

  private static String resource(String name) throws IOException {
    try (var in = HtmlReport.class.getResourceAsStream(name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
