package dev.holdfast.client.conformance;

import static java.util.stream.Collectors.toSet;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.holdfast.client.protocol.SessionUnderTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The client without I/O keeps every rule, and a client with one rule broken is found by that
 * rule's script: by default one of a few, as each is compiled; with {@code
 * -Dholdfast.conformance=all} every one.
 */
class ConformanceTest {
  private static final Path PAGE = Path.of("..", "protocol", "README.md");
  private static final boolean ALL = !System.getProperty("holdfast.conformance", "").isEmpty();
  private static final int PART = 4;
  private static final Pattern RULE = Pattern.compile("^(\\d+)\\. ", Pattern.MULTILINE);

  static Stream<Script> scripts() {
    return Script.all().stream().filter(script -> !script.network());
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("scripts")
  void theClientKeeps(Script script) {
    play(script, SessionUnderTest::new);
  }

  static Stream<Arguments> mutants() {
    Map<Integer, Script> scripts =
        Script.all().stream().collect(Collectors.toMap(Script::rule, script -> script));
    return Mutant.ALL.stream()
        .filter(mutant -> ALL || mutant.rule() % PART == 0)
        .map(mutant -> arguments(mutant, scripts.get(mutant.rule())));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("mutants")
  void aClientThatBreaksARuleIsFound(Mutant mutant, Script script) {
    Function<World, ClientUnderTest> broken = mutant.clients();
    assertThrows(AssertionError.class, () -> play(script, broken), mutant.toString());
  }

  /** Whether it is played now or not. */
  @ParameterizedTest(name = "{0}")
  @MethodSource("allMutants")
  void aMutantIsOfTheClientAsItIs(Mutant mutant) {
    assertTrue(MutantLoader.fits(mutant), mutant.toString());
  }

  static Stream<Mutant> allMutants() {
    return Mutant.ALL.stream();
  }

  @Test
  void everyRuleOfThePageHasItsScriptAndItsMutant() throws IOException {
    String page = Files.readString(PAGE);
    String rules = page.substring(page.indexOf("## What a client must do"));
    Matcher matcher = RULE.matcher(rules.substring(0, rules.indexOf("## An example")));
    List<Integer> numbers =
        matcher.results().map(result -> Integer.parseInt(result.group(1))).toList();
    assertEquals(IntStream.rangeClosed(1, numbers.size()).boxed().toList(), numbers);
    assertEquals(numbers, Script.all().stream().map(Script::rule).toList());
    Set<Integer> onNetwork =
        Script.all().stream().filter(Script::network).map(Script::rule).collect(toSet());
    Set<Integer> mutated = Mutant.ALL.stream().map(Mutant::rule).collect(toSet());
    assertEquals(
        Set.copyOf(numbers), Stream.concat(onNetwork.stream(), mutated.stream()).collect(toSet()));
  }

  private static void play(Script script, Function<World, ClientUnderTest> clients) {
    try (Stage stage = new VirtualStage(clients)) {
      script.body().accept(new Play(stage));
    }
  }
}
