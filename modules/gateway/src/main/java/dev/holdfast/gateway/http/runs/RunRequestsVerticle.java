package dev.holdfast.gateway.http.runs;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import dev.holdfast.channels.ChannelMessage;
import dev.holdfast.core.Caller;
import dev.holdfast.core.Channel;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.ServiceRequest;
import dev.holdfast.core.bus.Bus;
import dev.holdfast.core.bus.ServiceClient;
import dev.holdfast.core.bus.ServiceHost;
import dev.holdfast.gateway.http.Problem;
import dev.holdfast.gateway.http.StrictJson;
import dev.holdfast.limits.Limit;
import dev.holdfast.limits.Limiter;
import dev.holdfast.runs.AgentMessage;
import dev.holdfast.runs.InboxEntry.Kind;
import dev.holdfast.runs.RunMessage;
import dev.holdfast.runs.RunView;
import dev.holdfast.runs.ThreadMessage;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What a user asks about its runs and threads by the frame {@code request}, of the service {@code
 * runs}: as over HTTP, with the members of path, query and body in one object. One instance per
 * node.
 */
public final class RunRequestsVerticle extends VerticleBase {
  /** The name of the service. */
  public static final String SERVICE = "runs";

  private static final TypeReference<Runs.NewRun> NEW = new TypeReference<>() {};
  private static final TypeReference<OfRun> RUN = new TypeReference<>() {};
  private static final TypeReference<Said> SAID = new TypeReference<>() {};
  private static final TypeReference<OfThread> THREAD = new TypeReference<>() {};
  private static final TypeReference<Paged> PAGE = new TypeReference<>() {};
  private static final TypeReference<After> AFTER = new TypeReference<>() {};
  private static final int USUAL = 100;

  /** Most bytes of an answer's list: frames wait in memory for clients that do not read. */
  private static final int MOST_BYTES = 64 << 10;

  private final ServiceClient runs;
  private final Limiter limiter;
  private final ServiceHost host;

  /**
   * @param runs asks the runs service
   * @param limiter counts the channels that users read
   */
  public RunRequestsVerticle(Bus bus, ServiceClient runs, Limiter limiter) {
    this.runs = runs;
    this.limiter = limiter;
    this.host =
        new ServiceHost(bus, SERVICE)
            .method("start", (ServiceRequest request) -> begin(request))
            .method("get", by(RUN, this::get))
            .method("cancel", by(RUN, this::cancel))
            .method("send", by(SAID, saying(Kind.MESSAGE, "messages", Said::messages)))
            .method("answer", by(SAID, saying(Kind.ANSWER, "answers", Said::answers)))
            .method("agents", by(AFTER, this::agents))
            .method("threads", by(PAGE, this::threads))
            .method("thread", by(THREAD, this::thread))
            .method("name", by(THREAD, this::name))
            .method("delete", by(THREAD, this::delete))
            .method("messages", by(THREAD, this::messages))
            .method("runs", by(THREAD, this::ofThread));
  }

  /** The members of what is asked of a run. */
  private record OfRun(@Nullable String run, @Nullable String reason) {
    String named() {
      return needed(run, "run");
    }
  }

  /** The members of what is said to a run: messages, or answers. */
  private record Said(
      @Nullable String run,
      @JsonDeserialize(contentUsing = StrictJson.Raw.class) @Nullable List<String> messages,
      @JsonDeserialize(contentUsing = StrictJson.Raw.class) @Nullable List<String> answers) {}

  /** The members of what is asked of a thread. */
  private record OfThread(
      @Nullable String thread,
      @Nullable String title,
      @Nullable String before,
      @Nullable String after,
      @Nullable Integer limit) {
    String named() {
      return needed(thread, "thread");
    }

    int most() {
      return limit == null ? USUAL : limit;
    }
  }

  /** The members of what is asked of all agents. */
  private record After(@Nullable String after) {
    String name() {
      return after == null ? "" : after;
    }
  }

  /** The members of what is asked of all threads. */
  private record Paged(@Nullable String after, @Nullable Integer limit) {}

  private static String needed(@Nullable String value, String name) {
    if (value == null) {
      throw refused(name + ": missing");
    }
    return value;
  }

  @Override
  public Future<?> start() {
    return host.start();
  }

  @Override
  public Future<?> stop() {
    return host.stop();
  }

  /** Only sessions ask by frames, and those are users'. */
  private static <T> BiFunction<Caller, String, Future<String>> by(
      TypeReference<T> type, BiFunction<Caller.User, T, Future<String>> method) {
    return (caller, data) -> method.apply(user(caller), read(data, type));
  }

  private static Caller.User user(Caller caller) {
    if (caller instanceof Caller.User user) {
      return user;
    }
    throw HoldfastException.withPublicMessage(ErrorCode.FORBIDDEN, "for users");
  }

  private static <T> T read(String data, TypeReference<T> type) {
    try {
      return StrictJson.read(data.getBytes(StandardCharsets.UTF_8), type);
    } catch (Problem bad) {
      throw refused(String.valueOf(bad.getMessage()));
    }
  }

  private static HoldfastException refused(String why) {
    return HoldfastException.withPublicMessage(ErrorCode.BAD_REQUEST, why);
  }

  private Future<String> begin(ServiceRequest request) {
    Caller.User user = user(request.caller());
    Runs.NewRun wanted = read(request.data(), NEW);
    RunMessage.Start start;
    try {
      start = wanted.message(user, user.tenant());
    } catch (Problem bad) {
      throw refused(String.valueOf(bad.getMessage()));
    }
    return runs.ask(start)
        .compose(
            run ->
                wanted.follow()
                    ? followed(request.session(), run)
                    : Future.succeededFuture(Runs.json(run)))
        .map(JsonObject::encode);
  }

  /**
   * Lets the session that asks read a run of its own, all of it, and answers whether it does. The
   * run has been started, even if the session or its user may read no more channels, or Redis has
   * no room to note it.
   */
  private Future<JsonObject> followed(String session, RunView run) {
    var caller = new Caller.Service(SERVICE, "requests", Set.of(run.tenant()), Set.of());
    var channel = new Channel(run.tenant(), run.channel());
    return limiter
        .enter(context, run.tenant(), run.owner(), Limit.SUBSCRIPTIONS, 1)
        .compose(
            place ->
                place == null
                    ? Future.succeededFuture(false)
                    : runs.ask(new ChannelMessage.SubscribeSession(caller, session, channel, true))
                        .map(true)
                        .recover(RunRequestsVerticle::unlessFull)
                        .onComplete(done -> place.leave())) // the reading takes one of its own
        .map(followed -> Runs.json(run).put("followed", followed));
  }

  private static Future<Boolean> unlessFull(Throwable failure) {
    ErrorCode code = HoldfastException.from(failure).code();
    return code == ErrorCode.LIMIT_EXCEEDED || code == ErrorCode.STORE_FULL
        ? Future.succeededFuture(false)
        : Future.failedFuture(failure);
  }

  private Future<String> get(Caller.User user, OfRun asked) {
    return runs.ask(new RunMessage.Get(user, user.tenant(), asked.named()))
        .map(run -> Runs.json(run).encode());
  }

  private Future<String> cancel(Caller.User user, OfRun asked) {
    String reason = asked.reason() == null ? "" : asked.reason();
    return runs.ask(new RunMessage.Cancel(user, user.tenant(), asked.named(), reason))
        .map(run -> Runs.json(run).encode());
  }

  private BiFunction<Caller.User, Said, Future<String>> saying(
      Kind kind, String name, Function<Said, @Nullable List<String>> said) {
    return (user, asked) -> {
      List<String> all = said.apply(asked);
      boolean both = asked.messages() != null && asked.answers() != null;
      if (all == null || both) {
        throw refused(name + ": missing, or not alone");
      }
      return runs.ask(
              new RunMessage.Say(user, user.tenant(), needed(asked.run(), "run"), kind, all))
          .map(run -> Runs.json(run).encode());
    };
  }

  private Future<String> agents(Caller.User user, After asked) {
    return runs.ask(new AgentMessage.ListAgents(user, user.tenant(), asked.name(), MOST_BYTES))
        .map(listed -> Agents.json(listed).encode());
  }

  private Future<String> threads(Caller.User user, Paged asked) {
    String after = asked.after() == null ? "" : asked.after();
    int limit = asked.limit() == null ? USUAL : asked.limit();
    return runs.ask(
            new ThreadMessage.ListThreads(user, user.tenant(), null, after, limit, MOST_BYTES))
        .map(page -> Threads.json(page).encode());
  }

  private Future<String> thread(Caller.User user, OfThread asked) {
    return runs.ask(new ThreadMessage.ShowThread(user, user.tenant(), null, asked.named()))
        .map(thread -> Threads.json(thread).encode());
  }

  private Future<String> name(Caller.User user, OfThread asked) {
    return runs.ask(
            new ThreadMessage.NameThread(user, user.tenant(), null, asked.named(), asked.title()))
        .map(thread -> Threads.json(thread).encode());
  }

  private Future<String> delete(Caller.User user, OfThread asked) {
    return runs.ask(new ThreadMessage.DeleteThread(user, user.tenant(), null, asked.named()))
        .map(gone -> "{}");
  }

  private Future<String> messages(Caller.User user, OfThread asked) {
    return runs.ask(
            new ThreadMessage.ListMessages(
                user, user.tenant(), null, asked.named(), asked.before(), asked.most(), MOST_BYTES))
        .map(Threads::json)
        .recover(failure -> Future.failedFuture(hinted(failure)));
  }

  private static Throwable hinted(Throwable failure) {
    return HoldfastException.from(failure).code() == ErrorCode.TOO_LARGE
        ? HoldfastException.withPublicMessage(
            ErrorCode.TOO_LARGE,
            "messages: the next has more than 64 KiB; read it over HTTP:"
                + " /v1/threads/{thread}/messages")
        : failure;
  }

  private Future<String> ofThread(Caller.User user, OfThread asked) {
    return runs.ask(
            new ThreadMessage.ListRuns(
                user, user.tenant(), null, asked.named(), asked.after(), asked.most(), MOST_BYTES))
        .map(found -> Threads.json(found).encode());
  }
}
