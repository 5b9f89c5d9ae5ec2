package dev.holdfast.loadtest.worker.publish;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import java.net.URI;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The target of a channel's requests: one of its addresses, until that fails. */
final class HttpTarget {
  private static final long ANSWER_MS = 5_000;

  private final HttpClient http;
  private final List<URI> urls;
  private final String token;
  private int at;

  /**
   * @param at which address is the first; beyond the last it begins anew
   */
  HttpTarget(HttpClient http, List<URI> urls, int at, String token) {
    this.http = http;
    this.urls = urls;
    this.at = at;
    this.token = token;
  }

  /** The status and body of an answer. */
  record Answer(int status, Buffer body) {}

  void next() {
    at++;
  }

  /**
   * @param key the same for each attempt
   * @return fails if there is no answer within 5 s
   */
  Future<Answer> post(String key, String body) {
    URI url = urls.get(Math.floorMod(at, urls.size()));
    var options =
        new RequestOptions()
            .setMethod(HttpMethod.POST)
            .setAbsoluteURI(url.resolve("/v1/publish").toString())
            .setTimeout(ANSWER_MS)
            .putHeader("authorization", "Bearer " + token)
            .putHeader("content-type", "application/json")
            .putHeader("idempotency-key", key);
    return http.request(options)
        .compose(request -> answer(request, body))
        .timeout(2 * ANSWER_MS, TimeUnit.MILLISECONDS);
  }

  private static Future<Answer> answer(HttpClientRequest request, String body) {
    return request.send(body).compose(HttpTarget::whole);
  }

  private static Future<Answer> whole(HttpClientResponse response) {
    return response.body().map(body -> new Answer(response.statusCode(), body));
  }
}
