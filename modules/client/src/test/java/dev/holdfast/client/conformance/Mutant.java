package dev.holdfast.client.conformance;

import java.lang.reflect.Constructor;
import java.util.List;
import java.util.function.Function;

/**
 * A client with one rule broken on purpose: the source of one class, changed and compiled anew.
 * What is shipped has no switch for it.
 *
 * @param source below the client's package
 * @param text what is replaced, everywhere in the source
 */
record Mutant(int rule, String source, String text, String replacement) {
  private static final String SESSION = "protocol/ClientSession.java";
  private static final String HELLO = "protocol/Hello.java";
  private static final String CONNECTOR = "protocol/Connector.java";
  private static final String READINGS = "protocol/Readings.java";
  private static final String QUESTIONS = "protocol/Questions.java";
  private static final String PUBLICATIONS = "protocol/Publications.java";
  private static final String LINE = "protocol/PublishLine.java";
  private static final String BACK_OFF = "protocol/BackOff.java";
  private static final String HEARTBEAT = "protocol/Heartbeat.java";

  static final List<Mutant> ALL =
      List.of(
          new Mutant(2, QUESTIONS, "if (connected) {", "if (true) {"),
          new Mutant(
              3,
              CONNECTOR,
              "wire.token(ask);",
              "if (ask < 2) wire.token(1); else token(ask, token);"),
          new Mutant(4, CONNECTOR, "life.hello(++hellos,", "life.hello(1,"),
          new Mutant(5, CONNECTOR, "() -> giveUp(\"no welcome in time\")", "() -> {}"),
          new Mutant(6, BACK_OFF, "bound = Math.min(longest, bound * 2);", "bound = first;"),
          new Mutant(6, BACK_OFF, "1 + ThreadLocalRandom.current().nextLong(bound)", "bound"),
          new Mutant(
              7, CONNECTOR, "steady.set(times.steady().toMillis(), this::settled);", "settled();"),
          new Mutant(8, CONNECTOR, "(opening - 1) % addresses.size()", "0"),
          new Mutant(9, CONNECTOR, "Math.max(backOff.next(), atLeast)", "backOff.next()"),
          new Mutant(10, CONNECTOR, "return link == current && !stopped;", "return !stopped;"),
          new Mutant(11, HELLO, "hello.put(\"resume\", session.id());", ""),
          new Mutant(12, HELLO, "hello.set(\"channels\", readings.received());", ""),
          new Mutant(13, READINGS, "name.startsWith(SESSION) && !name.equals(own)", "false"),
          new Mutant(14, CONNECTOR, "code >= FIRST_FINAL && code <= LAST_FINAL", "code > 4010"),
          new Mutant(15, CONNECTOR, "code <= LAST_FINAL", "code <= 4505"),
          new Mutant(
              16, CONNECTOR, "(code != UNAUTHORIZED || unauthorized)", "code != UNAUTHORIZED"),
          new Mutant(16, CONNECTOR, "(code != UNAUTHORIZED || unauthorized)", "true"),
          new Mutant(17, SESSION, "moveAfter(Frames.number(frame, \"after\", 0))", "moveAfter(0)"),
          new Mutant(18, CONNECTOR, "if (ending) {", "if (false) {"),
          new Mutant(19, READINGS, "reading.received = cursor;", ""),
          new Mutant(
              20, "protocol/Frames.java", "isVolatile ? null", "isVolatile ? new Cursor(\"e\", 1)"),
          new Mutant(21, READINGS, "reading.received = gap.to();", ""),
          new Mutant(22, READINGS, "recovered && !at.isCoveredBy(reading.received)", "true"),
          new Mutant(22, READINGS, "reading.received = moves ? at : reading.received;", ""),
          new Mutant(23, READINGS, "cursor.isCoveredBy(reading.received)", "false"),
          new Mutant(24, QUESTIONS, "error.code().equals(\"conflict\")", "false"),
          new Mutant(
              24,
              QUESTIONS,
              "    connected = true;\n",
              "    connected = true; byChannel.clear();\n"),
          new Mutant(25, QUESTIONS, "return queue != null &&", "return false &&"),
          new Mutant(25, SESSION, "    readings.forget(channel);\n    return", "    return"),
          new Mutant(
              26,
              SESSION,
              "&& readings.event(channel, cursor)",
              "&& !channel.endsWith(\"granted\") && readings.event(channel, cursor)"),
          new Mutant(27, READINGS, "if (!left && !code.equals(\"internal\")) {", "if (true) {"),
          new Mutant(27, READINGS, "if (!left && !code.equals(\"internal\")) {", "if (false) {"),
          new Mutant(
              28,
              SESSION,
              "listener.event(event);",
              "handled(event.channel(), event.cursor()); listener.event(event);"),
          new Mutant(29, QUESTIONS, "if (error.isRetryable()) {", "if (false) {"),
          new Mutant(30, LINE, "size, next++)", "size, next += 2)"),
          new Mutant(31, PUBLICATIONS, "if (!sameSession) {", "if (true) {"),
          new Mutant(32, PUBLICATIONS, "if (!sameSession) {", "if (false) {"),
          new Mutant(33, PUBLICATIONS, "id.equals(one.frame) &&", ""),
          new Mutant(34, LINE, "wait > 0 ? wait : ownWait", "1"),
          new Mutant(34, LINE, "held = true;", "held = false;"),
          new Mutant(
              35,
              PUBLICATIONS,
              "line.before(expected).forEach(stored -> stored(stored, new Stored(null, true)));",
              "line.renumber(expected);"),
          new Mutant(36, PUBLICATIONS, "line.renumber(expected);", ""),
          new Mutant(37, LINE, "behind(gone).forEach(one -> one.number(one.n - 1));", ""),
          new Mutant(37, LINE, "gone.sendings <= refusals", "true"),
          new Mutant(38, PUBLICATIONS, "|| refusal.code().equals(\"fenced\")", ""),
          new Mutant(
              39,
              PUBLICATIONS,
              "data.has(\"seq\") ? Frames.position(data) : null",
              "Frames.position(data)"),
          new Mutant(40, PUBLICATIONS, "if (size > frameLimit) {", "if (false) {"),
          new Mutant(41, PUBLICATIONS, "count >= bounds.publications() ||", ""),
          new Mutant(42, "protocol/Requests.java", "if (request.sent) {", "if (false) {"),
          new Mutant(
              43, SESSION, "case \"ping\" -> connector.send(Frames.PONG);", "case \"ping\" -> {}"),
          new Mutant(44, HEARTBEAT, "giveUp.run();", ""),
          new Mutant(44, HEARTBEAT, "ask.run();", ""),
          new Mutant(
              45,
              SESSION,
              "{} // a pong, or a frame of a newer server",
              "throw new NonsenseException(type);"),
          new Mutant(
              46,
              SESSION,
              "connector.giveUp(\"nonsense from the server: \" + e.getMessage());",
              ""),
          new Mutant(47, CONNECTOR, "saidMove = moves > 0;", "saidMove = false;"),
          new Mutant(47, CONNECTOR, "moves -= saidMove ? 1 : 0;", ""),
          new Mutant(47, CONNECTOR, "    moves = 0;\n    saidMove = false;\n", ""),
          new Mutant(48, CONNECTOR, "code == ELSEWHERE && saidMove", "false"),
          new Mutant(48, CONNECTOR, "code == ELSEWHERE && saidMove", "code == ELSEWHERE"));

  /** Makes clients that are broken so. */
  Function<World, ClientUnderTest> clients() {
    Constructor<? extends ClientUnderTest> made = MutantLoader.of(this).client();
    return world -> {
      try {
        return made.newInstance(world);
      } catch (ReflectiveOperationException e) {
        throw new IllegalStateException(e);
      }
    };
  }

  @Override
  public String toString() {
    return rule + ": " + source + ": " + text.strip() + " -> " + replacement.strip();
  }
}
