package dev.holdfast.loadtest.report;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Help.Ansi.Style;

/**
 * The abilities of the terminal.
 *
 * @param rewrites whether lines can be rewritten in place and coloured; otherwise plain lines
 * @param unicode whether it shows more than ASCII
 */
public record Terminal(boolean rewrites, boolean unicode) {
  public static final Terminal PLAIN = new Terminal(false, false);

  /**
   * Returns the terminal of this process's standard output. {@code NO_COLOR} and {@code TERM=dumb}
   * are respected.
   */
  public static Terminal detect() {
    var dumb = "dumb".equals(System.getenv("TERM"));
    return new Terminal(
        System.console() != null && !dumb && Ansi.AUTO.enabled(),
        StandardCharsets.UTF_8.equals(charset()));
  }

  /**
   * Returns the text in one line, without control characters: a node's name comes from elsewhere.
   */
  public String safe(String text) {
    if (text == null) {
      return "";
    }
    var line = text.replaceAll("[\\p{Cc}\\p{Cf}\\u2028\\u2029]+", " ").strip();
    return unicode
        ? line
        : line.replace('–', '-').replace("µ", "u").replaceAll("[^\\x20-\\x7e]", "?");
  }

  public String bold(String text) {
    return styled(text, Style.bold);
  }

  public String good(String text) {
    return styled(text, Style.fg_green);
  }

  public String bad(String text) {
    return styled(text, Style.fg_red);
  }

  public String warned(String text) {
    return styled(text, Style.fg_yellow);
  }

  private String styled(String text, Style style) {
    return rewrites ? style.on() + text + Style.reset.on() : text;
  }

  private static Charset charset() {
    var name = System.getProperty("stdout.encoding", System.getProperty("sun.stdout.encoding"));
    return name == null || !Charset.isSupported(name)
        ? Charset.defaultCharset()
        : Charset.forName(name);
  }
}
