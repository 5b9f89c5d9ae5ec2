package dev.holdfast.gateway.http;

import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/** The media type that a body names. */
public final class MediaTypes {
  /** The media type of JSON values, one a line. */
  public static final String LINES = "application/x-ndjson";

  private static final Pattern UTF_8 = Pattern.compile(".*charset=\"?utf-8\"?\\s*(;.*)?");

  private MediaTypes() {}

  /** Returns the media type without parameters, in lower case; empty if there is none. */
  static String of(HttpServerRequest request) {
    String header = request.getHeader(HttpHeaders.CONTENT_TYPE);
    return header == null ? "" : bare(header);
  }

  public static String bare(String type) {
    int end = type.indexOf(';');
    return (end < 0 ? type : type.substring(0, end)).strip().toLowerCase(Locale.ROOT);
  }

  /** Refuses with 415 a body of another media type, or not in UTF-8. */
  static void check(HttpServerRequest request, List<String> taken) {
    List<String> headers = request.headers().getAll(HttpHeaders.CONTENT_TYPE);
    String parameters = headers.isEmpty() ? "" : headers.get(0).toLowerCase(Locale.ROOT);
    boolean foreign = parameters.contains("charset") && !UTF_8.matcher(parameters).matches();
    if (headers.size() != 1 || foreign || !taken.contains(of(request))) {
      throw Problem.of(415, "content-type: one of " + String.join(", ", taken) + ", in UTF-8");
    }
    String encoding = request.getHeader(HttpHeaders.CONTENT_ENCODING);
    if (encoding != null && !encoding.equalsIgnoreCase("identity")) {
      throw Problem.of(415, "content-encoding: none");
    }
  }
}
