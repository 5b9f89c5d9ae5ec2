package dev.holdfast.loadtest.worker.clients;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.net.URI;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class UrlsTest {
  private static final List<URI> THREE =
      IntStream.of(1, 2, 3).mapToObj(port -> URI.create("http://127.0.0.1:" + port)).toList();

  @Test
  void whoIsAskedToMoveFindsTheOneNodeThatTakesIt() {
    for (int client = 0; client < 100; client++) {
      var urls = new Urls(THREE, client);
      int left = port(urls);
      urls.move();

      urls.next();
      int first = port(urls);
      urls.move();
      urls.next();
      assertNotEquals(left, first);
      assertEquals(6 - left - first, port(urls), "not back to the node that asked");

      urls.arrived();
      int here = port(urls);
      urls.next();
      assertNotEquals(here, port(urls));
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
