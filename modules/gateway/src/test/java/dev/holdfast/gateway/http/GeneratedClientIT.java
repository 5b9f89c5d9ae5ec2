package dev.holdfast.gateway.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.core.Ids;
import dev.holdfast.generated.ApiClient;
import dev.holdfast.generated.ApiException;
import dev.holdfast.generated.api.ChannelsApi;
import dev.holdfast.generated.api.SessionsApi;
import dev.holdfast.generated.model.NewPublication;
import dev.holdfast.generated.model.NewSession;
import dev.holdfast.generated.model.PublicationPage;
import dev.holdfast.generated.model.PublishRequest;
import dev.holdfast.generated.model.PublishResult;
import dev.holdfast.generated.model.Session;
import dev.holdfast.testkit.RedisExtension;
import dev.holdfast.testkit.TestRedis;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A client that a public generator made from the document, against a node. */
@ExtendWith(RedisExtension.class)
class GeneratedClientIT {
  private final String channel = "topic:" + Ids.fresh() + "/a";
  private HttpFixture node;

  @BeforeEach
  void start(TestRedis redis) {
    node = new HttpFixture(redis.uri());
  }

  @AfterEach
  void stop() {
    node.close();
  }

  private ApiClient client(String token) {
    ApiClient client = new ApiClient();
    client.updateBaseUri("http://127.0.0.1:" + node.port());
    client.setRequestInterceptor(request -> request.header("authorization", "Bearer " + token));
    return client;
  }

  @Test
  void publishesAndReadsHistory() throws ApiException {
    ChannelsApi channels = new ChannelsApi(client(node.token("svc", HttpFixture.ALL)));
    PublishRequest request = new PublishRequest().addPublicationsItem(publication(1));
    request.addPublicationsItem(publication(2));
    channels.publish(request, "once");
    PublishResult again = channels.publish(request, "once").getResults().get(1);

    PublicationPage first = channels.getPublications(channel, null, 1);
    PublicationPage second = channels.getPublications(channel, first.getNext(), 1);

    assertEquals(PublishResult.OutcomeEnum.DUPLICATE, again.getOutcome());
    assertEquals(Map.of("n", 1), first.getPublications().get(0).getData());
    assertEquals(Map.of("n", 2), second.getPublications().get(0).getData());
    assertEquals(again.getPosition(), channels.getPosition(channel).getPosition());
  }

  @Test
  void createsAndFindsASession() throws ApiException {
    SessionsApi sessions = new SessionsApi(client(node.token("svc", HttpFixture.ALL)));
    Session made = sessions.createSession(new NewSession().user("ann"));

    Session set = sessions.setAttributes("\"0\"", made.getSession(), Map.of("a", "b"));

    assertEquals("b", sessions.getSession(made.getSession()).getAttributes().get("a"));
    assertEquals(1, set.getVersion());
  }

  @Test
  void reportsProblems() {
    ChannelsApi channels = new ChannelsApi(client(node.token("ann")));
    PublishRequest request = new PublishRequest().addPublicationsItem(publication(1));

    ApiException refused = assertThrows(ApiException.class, () -> channels.publish(request, null));

    assertEquals(403, refused.getCode());
    assertTrue(refused.getResponseBody().contains("\"code\":\"forbidden\""));
  }

  private NewPublication publication(int n) {
    return new NewPublication().channel(channel).event("note").data(Map.of("n", n));
  }
}
