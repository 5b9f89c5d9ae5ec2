package dev.holdfast.gateway.files;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.gateway.http.Contract;
import dev.holdfast.limits.LimitsConfig;
import dev.holdfast.testkit.RedisExtension;
import dev.holdfast.testkit.TestRedis;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Operations on files draw from the rates of requests, as all others do. */
@ExtendWith(RedisExtension.class)
class FileRatesIT {
  private static final byte[] CONTENT = "text".getBytes(StandardCharsets.UTF_8);

  @Test
  void everyOperationOverTheRateIsTooManyRequestsAndTicketsStayGood(
      TestRedis redis, @TempDir Path folder) throws Exception {
    try (var edge = new FilesEdge(redis.uri(), folder, LimitsConfig.DEFAULTS)) {
      FilesEdge.Call ann = edge.as("ann");
      String file =
          ann.send("POST", "/v1/files?name=a.txt", CONTENT)
              .headers()
              .firstValue("location")
              .orElseThrow();
      byte[] made = ann.send("POST", file + "/tickets").body();
      String ticket = new JsonObject(new String(made, StandardCharsets.UTF_8)).getString("url");
      FilesEdge.Call nobody = new FilesEdge.Call(edge, null, Map.of());

      edge.limit("user.requests", 0L);

      for (Contract.Operation operation : FilesEdge.operations()) {
        String path = operation.path();
        boolean byTicket = path.contains("{ticket}");
        String method = operation.method().name();
        boolean other = byTicket && !List.of("GET", "HEAD").contains(method);
        if (other || method.equals("OPTIONS")) {
          continue; // takes a ticket of another kind, or neither token nor ticket
        }
        String at = byTicket ? ticket : path.replaceAll("/v1/files/\\{\\w+}", file);
        FilesEdge.Call caller = byTicket ? nobody : ann;
        HttpResponse<byte[]> refused = caller.send(method, at);
        assertEquals(429, refused.statusCode(), operation.id());
        assertTrue(refused.headers().firstValue("retry-after").isPresent(), operation.id());
      }
      edge.limit("user.requests", null);
      assertArrayEquals(CONTENT, nobody.send("GET", ticket).body());
      assertEquals(200, ann.send("GET", file).statusCode());
    }
  }
}
