package dev.holdfast.core.audit;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.holdfast.core.Names;
import org.jspecify.annotations.Nullable;

/**
 * Who asked over HTTP for what a node now asks a service. It travels beside a message, within one
 * process only.
 *
 * @param tenant of its token
 * @param isService whether its name is a service's; else a user's
 * @param issuer of its token; empty: the node's own, without a name
 * @param address of the client; empty: not known
 */
public record Origin(String tenant, boolean isService, String name, String issuer, String address) {
  private static final ObjectMapper JSON = new ObjectMapper();

  public Origin {
    Names.tenant(tenant);
  }

  /** Returns it as one header. */
  public String text() {
    try {
      return JSON.writeValueAsString(this);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a record of texts can be written", e);
    }
  }

  /** Reads a header; none: there is none, or it is of another form. */
  public static @Nullable Origin parse(@Nullable String text) {
    try {
      return text == null ? null : JSON.readValue(text, Origin.class);
    } catch (JsonProcessingException otherForm) {
      return null;
    }
  }
}
