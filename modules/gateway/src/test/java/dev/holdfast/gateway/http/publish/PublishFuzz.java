package dev.holdfast.gateway.http.publish;

import com.fasterxml.jackson.core.type.TypeReference;
import java.util.List;

/** The part of the fuzzer's target that is about bodies with publications. */
public final class PublishFuzz {
  public static final TypeReference<?> OWN = new TypeReference<PublishBodies.Request>() {};
  public static final TypeReference<?> EVENT = new TypeReference<CloudEvent>() {};
  public static final TypeReference<?> EVENTS = new TypeReference<List<CloudEvent>>() {};

  private PublishFuzz() {}

  /** The data of each publication, of our own form; null of others. */
  public static List<String> data(Object read) {
    return read instanceof PublishBodies.Request request
        ? request.publications().stream().map(NewPublication::data).toList()
        : null;
  }
}
