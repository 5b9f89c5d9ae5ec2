package dev.holdfast.runs.agents;

import java.net.URI;
import org.jspecify.annotations.Nullable;

/** Where an agent is asked, and by which key. No record: nothing prints the key. */
final class Endpoint {
  private static final String COMPLETIONS = "/chat/completions";

  private final String agent;
  private final URI address;
  private final @Nullable String key;

  Endpoint(String agent, URI address, @Nullable String key) {
    this.agent = agent;
    this.address = address;
    this.key = key;
  }

  /** Returns where the chat completions of an OpenAI-compatible API are. */
  static URI completions(URI api) {
    String path = api.getRawPath();
    String folder = path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
    return api.resolve(folder + COMPLETIONS);
  }

  String agent() {
    return agent;
  }

  URI address() {
    return address;
  }

  /** Returns what proves us; none: nothing is needed. */
  @Nullable String authorization() {
    return key == null ? null : "Bearer " + key;
  }
}
