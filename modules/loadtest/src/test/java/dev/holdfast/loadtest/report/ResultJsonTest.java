package dev.holdfast.loadtest.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.loadtest.report.Result.Figure;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ResultJsonTest {
  @TempDir Path folder;

  @Test
  void whatIsReadIsWhatWasWritten() throws IOException {
    for (var result :
        List.of(Samples.small(), Samples.partial(), Samples.empty(), Samples.hostile("</ü>"))) {
      var file = written(result);
      var read = ResultJson.read(file);
      assertEquals(text(file), text(written(read)));
      assertEquals(result.timeline(), read.timeline());
      assertEquals(result.counters(), read.counters());
      assertEquals(result.ledgers(), read.ledgers());
      assertEquals(result.started(), read.started());
    }
  }

  @Test
  void membersStandInTheOrderOfTheRecordsAndMapsByTheirKeys() throws IOException {
    var one = new HashMap<String, String>();
    var other = new LinkedHashMap<String, String>();
    for (int i = 0; i < 20; i++) {
      one.put("setting" + i, "x");
      other.put("setting" + (19 - i), "x");
    }
    var text = text(written(Samples.scenario(Samples.small(), "kill", one)));
    assertEquals(text, text(written(Samples.scenario(Samples.small(), "kill", other))));
    assertTrue(text.startsWith("{\n  \"format\" : 1,\n  \"version\" : "), text.substring(0, 60));
  }

  @Test
  void figuresThatAreNoNumbersDoNotSpoilTheFile() throws IOException {
    var figures =
        List.of(new Figure("a", Double.NaN, "ms", null), new Figure("b", null, "ms", "meaning"));
    var read = ResultJson.read(written(Samples.figures(Samples.small(), figures))).figures();
    assertTrue(read.get(0).value().isNaN());
    assertEquals("", read.get(0).meaning());
    assertNull(read.get(1).value());
  }

  @Test
  void aFileThatIsThereIsReplacedAndNothingElseIsLeft() throws IOException {
    var file = folder.resolve("made/for/it/result.json");
    ResultJson.write(Samples.big(), file);
    ResultJson.write(Samples.small(), file);
    assertEquals("kill", ResultJson.read(file).scenario());
    try (var all = Files.list(file.getParent())) {
      assertEquals(List.of(file), all.toList());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "null",
        "42",
        "\"result\"",
        "[]",
        "[1]",
        "{}",
        "{\"format\":\"1\",\"scenario\":\"kill\"}",
        "{\"format\":1.5,\"scenario\":\"kill\"}",
        "{\"format\":1}",
        "{\"scenario\":\"kill\"}",
        "<html></html>",
        "{\"name\":\"package.json\",\"version\":\"1\"}",
        "\u0000\u0001\u0002",
      })
  void whatIsNoResultIsRefusedByName(String content) throws IOException {
    assertTrue(refusal(content).contains("is no result"), content);
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.01, 0.2, 0.5, 0.9, 0.999})
  void aFileThatWasCutOffIsRefused(double share) throws IOException {
    var whole = text(written(Samples.small()));
    var message = refusal(whole.substring(0, (int) (whole.length() * share)));
    assertTrue(message.contains("not JSON, or cut off"), message);
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "2", "-1", "99999999999999999999"})
  void anotherFormatIsRefusedWithBothNumbers(String format) throws IOException {
    var text =
        text(written(Samples.small())).replaceFirst("\"format\" : 1", "\"format\" : " + format);
    var message = refusal(text);
    assertTrue(message.contains("of format " + format), message);
    assertTrue(message.contains("version 0.1.0"), message);
    assertTrue(message.contains("reads format 1"), message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"seconds\" : 20.0 | \"seconds\" : \"long\" | seconds",
        "\"seconds\" : 20.0 | \"seconds\" : null | seconds",
        "\"started\" : \"2026-03-01T12:00:00Z\" | \"started\" : \"yesterday\" | started",
        "\"started\" : \"2026-03-01T12:00:00Z\" | \"started\" : null | started",
        "\"figures\" : | \"figured\" : | figures",
        "\"timeline\" : | \"timeline\" : null, \"x\" : | timeline",
        "\"marks\" : [ { | \"marks\" : [ null, { | marks",
        "\"p999\" : | \"p9999\" : | p999",
        "\"connections\" : 333 | \"connections\" : \"many\" | connections",
        "\"expected\" : | \"hoped\" : | expected",
      })
  void aBrokenResultIsRefusedWithThePlace(String from, String to, String place) throws IOException {
    var whole = text(written(Samples.small()));
    assertTrue(whole.contains(from), from);
    var message = refusal(whole.replace(from, to));
    assertTrue(message.contains("broken result"), message);
    assertTrue(message.contains(place), message);
  }

  @Test
  void membersOfALaterVersionArePassedOver() throws IOException {
    var file = folder.resolve("later.json");
    var text = text(written(Samples.small()));
    Files.writeString(file, text.replaceFirst("\"format\" : 1", "\"format\" : 1, \"new\" : [1]"));
    assertEquals("kill", ResultJson.read(file).scenario());
  }

  @Test
  void aHugeFileIsRefusedUnread() throws IOException {
    var file = folder.resolve("huge.json");
    try (var sparse = new RandomAccessFile(file.toFile(), "rw")) {
      sparse.setLength(1L << 40);
    }
    var refused = assertThrows(ResultException.class, () -> ResultJson.read(file));
    assertTrue(refused.getMessage().contains("is no result: it has 1099511627776 bytes"));
  }

  @Test
  void aDeepFileIsRefused() throws IOException {
    assertTrue(refusal("[".repeat(100_000)).contains("is no result"));
  }

  @Test
  void aFileThatIsNotThereIsReportedAsSuch() {
    assertThrows(NoSuchFileException.class, () -> ResultJson.read(folder.resolve("none.json")));
  }

  private String refusal(String content) throws IOException {
    var file = folder.resolve("given.json");
    Files.writeString(file, content);
    var message = assertThrows(ResultException.class, () -> ResultJson.read(file)).getMessage();
    assertTrue(message.startsWith(file.toString()), message);
    assertEquals(1, message.lines().count(), message);
    return message;
  }

  private Path written(Result result) throws IOException {
    var file = folder.resolve("result.json");
    ResultJson.write(result, file);
    return file;
  }

  private static String text(Path file) throws IOException {
    return Files.readString(file);
  }
}
