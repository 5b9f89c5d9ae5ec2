package dev.holdfast.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.holdfast.gateway.GatewayFixture.Welcomed;
import dev.holdfast.sessions.NodeNotice;
import dev.holdfast.testkit.RedisExtension;
import dev.holdfast.testkit.TestRedis;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** How a connection learns that it holds its session no more, whatever notice is late or lost. */
@ExtendWith(RedisExtension.class)
class EndOfAttachmentIT {
  private GatewayFixture node;

  @BeforeEach
  void start(TestRedis redis) {
    node = new GatewayFixture(redis.uri());
  }

  @AfterEach
  void stop() {
    node.close();
  }

  /** Of two resumes that raced on two nodes both stayed: an older notice hid the newer one. */
  @Test
  void aResumeThatWasReplacedBeforeItsAnswerIsClosedWhateverNoticeCameLast() {
    Welcomed ann = node.hello("ann");
    tell(new NodeNotice.Replaced(node.tenant, ann.session(), 2));
    tell(new NodeNotice.Replaced(node.tenant, ann.session(), 1));
    assertEquals(4500, ann.client().awaitClose().code());

    assertEquals(4500, resume(ann).client().awaitClose().code());
  }

  /** A notice of the end that came before the answer of the attach was lost. */
  @Test
  void aSessionThatWasRevokedBeforeItsAttachWasAnsweredIsClosed() {
    Welcomed ann = node.hello("ann");
    tell(new NodeNotice.Ended(node.tenant, ann.session(), 2, "revoked"));
    assertEquals(4504, ann.client().awaitClose().code());

    assertEquals(4504, resume(ann).client().awaitClose().code());
  }

  private Welcomed resume(Welcomed ann) {
    return node.hello(node.token("ann"), Map.of("resume", ann.session()));
  }

  private void tell(NodeNotice notice) {
    node.bus.hint(node.node.address(), notice);
  }
}
