package dev.holdfast.gateway.http.publish;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.type.TypeReference;
import dev.holdfast.gateway.http.ApiRequest;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads publications in each of their forms: Holdfast's own, and CloudEvents one by one, as a
 * batch, or in binary mode.
 */
final class PublishBodies {
  private static final int MOST = 100;
  private static final String KEY_HEADER = "Idempotency-Key";
  private static final TypeReference<Request> OWN = new TypeReference<>() {};
  private static final TypeReference<CloudEvent> EVENT = new TypeReference<>() {};
  private static final TypeReference<List<CloudEvent>> BATCH = new TypeReference<>() {};

  private PublishBodies() {}

  /** A body in Holdfast's own form. */
  record Request(List<NewPublication> publications) {
    @JsonCreator
    public Request(@JsonProperty("publications") @Nullable List<NewPublication> publications) {
      this.publications = counted(NewPublication.needed(publications, "publications: missing"));
    }
  }

  static List<NewPublication> read(ApiRequest request) {
    return keyed(forms(request), request.header(KEY_HEADER));
  }

  private static List<NewPublication> forms(ApiRequest request) {
    return switch (request.mediaType()) {
      case "application/cloudevents+json" -> List.of(request.body(EVENT).publication());
      case "application/cloudevents-batch+json" ->
          counted(request.body(BATCH)).stream().map(CloudEvent::publication).toList();
      default ->
          request.header("ce-specversion") == null
              ? request.body(OWN).publications()
              : List.of(CloudEvent.binary(request).publication());
    };
  }

  private static <T> List<T> counted(List<T> publications) {
    boolean counts = !publications.isEmpty() && publications.size() <= MOST;
    NewPublication.require(counts && !publications.contains(null), "1 to " + MOST + " of them");
    return publications;
  }

  /** Gives publications without a key the request's, with the place of each added. */
  private static List<NewPublication> keyed(
      List<NewPublication> publications, @Nullable String key) {
    if (key == null) {
      return publications;
    }
    NewPublication.key(key);
    List<NewPublication> keyed = new ArrayList<>();
    for (int i = 0; i < publications.size(); i++) {
      NewPublication publication = publications.get(i);
      boolean own = publication.key() != null || publication.publisher() != null;
      keyed.add(own ? publication : publication.withKey("h " + i + " " + key));
    }
    return keyed;
  }
}
