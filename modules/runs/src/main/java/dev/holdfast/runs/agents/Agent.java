package dev.holdfast.runs.agents;

import dev.holdfast.runs.config.AgentConfig;
import dev.holdfast.runs.config.AgentConfig.Kind;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** An agent whose runs nodes execute, as it is configured here. */
final class Agent {
  private final AgentConfig config;
  private final Endpoint endpoint;
  private final Upstream upstream;
  private final @Nullable RunContext context;

  /**
   * @param key none: it is asked without
   * @param context signs who asks; none: it is not said
   */
  Agent(
      String name,
      AgentConfig config,
      @Nullable String key,
      @Nullable RunContext context,
      Upstream upstream) {
    this.config = config;
    this.upstream = upstream;
    this.context = context;
    this.endpoint =
        new Endpoint(
            name, isModel() ? Endpoint.completions(config.address()) : config.address(), key);
  }

  /**
   * Makes the call that asks it.
   *
   * @param input AG-UI's {@code RunAgentInput} as JSON
   * @param attempt names the run and its attempt
   * @throws AgentException if it can't be asked this
   */
  UpstreamCall ask(String input, RunWriter writer, String attempt) {
    String model = config.model();
    Question question =
        isModel() && model != null
            ? new OpenAiQuestion(input, model, config.system(), writer)
            : new AguiQuestion(input, writer);
    String signed = context == null ? null : context.of(writer.run(), Instant.now());
    return new UpstreamCall(upstream, endpoint, question, attempt, signed);
  }

  /** Returns how many runs a node executes at a time. */
  int concurrency() {
    return config.concurrency();
  }

  private boolean isModel() {
    return config.kind() == Kind.OPENAI;
  }
}
