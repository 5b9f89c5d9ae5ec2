package dev.holdfast.loadtest.report;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * An HTML file with all that it needs: styles, Chart.js, our scripts, and the data as JSON. Its
 * security policy lets it load nothing, and run these scripts only, by their hashes; scripts put
 * the data in as text.
 */
public final class Page {
  private static final Pattern SLOT = Pattern.compile("\\{\\{([a-z]+)}}");
  private static final String CHART = "META-INF/resources/webjars/chart.js/%s/";
  private static final String CHART_POM = "META-INF/maven/org.webjars.npm/chart.js/pom.properties";

  private Page() {}

  /**
   * @param scripts resources of this package, in this order
   * @param data written as JSON
   */
  public static String of(List<String> scripts, Object data) throws IOException {
    var ours = scripts.stream().map(Page::resource).collect(Collectors.joining("\n"));
    var chart = chart();
    var style = resource("page.css");
    var policy =
        "default-src 'none'; img-src data:; base-uri 'none'; form-action 'none'; style-src %s;"
            + " script-src %s %s";
    var slots =
        Map.of(
            "policy", policy.formatted(hash(style), hash(chart), hash(ours)),
            "style", style,
            "chart", chart,
            "script", ours,
            "data", json(data));
    return SLOT.matcher(resource("page.html"))
        .replaceAll(slot -> Matcher.quoteReplacement(slots.get(slot.group(1))));
  }

  /** Returns JSON that can't end the element that it stands in, or open a comment there. */
  private static String json(Object data) throws IOException {
    return ResultJson.compact(data)
        .replace("<", "\\u003c")
        .replace(">", "\\u003e")
        .replace("&", "\\u0026")
        .replace("\u2028", "\\u2028")
        .replace("\u2029", "\\u2029");
  }

  /**
   * Returns the script with its licence, and without the address of its source map, which a page
   * alone doesn't have.
   */
  private static String chart() throws IOException {
    var properties = new Properties();
    try (var in = opened(CHART_POM)) {
      properties.load(in);
    }
    var folder = CHART.formatted(properties.getProperty("version"));
    var script = read(folder + "dist/chart.umd.min.js").replaceAll("(?m)^//# sourceMapping.*$", "");
    return ("/*!\n" + read(folder + "LICENSE.md") + "*/\n" + script).replace("\r\n", "\n");
  }

  private static String resource(String name) {
    try {
      return read("dev/holdfast/loadtest/report/" + name);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String read(String path) throws IOException {
    try (var in = opened(path)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static InputStream opened(String path) throws IOException {
    var in = Page.class.getClassLoader().getResourceAsStream(path);
    if (in == null) {
      throw new IOException(path + " is not on the class path");
    }
    return in;
  }

  private static String hash(String text) {
    try {
      var digest =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return "'sha256-" + Base64.getEncoder().encodeToString(digest) + "'";
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
