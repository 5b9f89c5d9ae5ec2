package dev.holdfast.loadtest.worker.clients;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class UrlsTest {
  private static final List<URI> THREE =
      IntStream.of(1, 2, 3).mapToObj(port -> URI.create("http://127.0.0.1:" + port)).toList();

  @Test
  void whoIsAskedToMoveFindsTheOneNodeThatTakesItAndSaysSoTwiceAtMost() {
    for (int client = 0; client < 100; client++) {
      var urls = new Urls(THREE, client);
      int left = port(urls);
      assertFalse(urls.moved());
      urls.move();

      urls.next();
      int first = port(urls);
      assertTrue(urls.moving());
      urls.next();
      assertTrue(urls.moved());
      assertTrue(urls.moving());
      assertTrue(urls.moved());
      assertNotEquals(left, first);
      assertEquals(6 - left - first, port(urls), "not back to the node that asked");
      urls.next();
      assertFalse(urls.moving());
      assertFalse(urls.moved(), "the third address was not used");

      urls.arrived();
      int here = port(urls);
      urls.next();
      assertNotEquals(here, port(urls));
      assertFalse(urls.moving());
    }
  }

  @Test
  void ofTwoAddressesTheOtherIsNextAlsoWhereItIsTheOneThatWasLeft() {
    var urls = new Urls(THREE.subList(0, 2), 0);
    int left = port(urls);
    urls.move();
    urls.next();
    assertNotEquals(left, port(urls));
    urls.next();
    assertEquals(left, port(urls));
  }

  private static int port(Urls urls) {
    return urls.options().getPort();
  }
}
