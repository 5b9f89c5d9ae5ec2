package dev.holdfast.loadtest.worker;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.ObjectWriter;
import dev.holdfast.loadtest.plan.FromWorker;
import dev.holdfast.loadtest.plan.ToWorker;

/** The messages as JSON text. Any thread. */
final class MessageCodec {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final ObjectReader IN = JSON.readerFor(ToWorker.class);
  private static final ObjectWriter OUT = JSON.writerFor(FromWorker.class);

  private MessageCodec() {}

  /**
   * @throws IllegalArgumentException if it is no message, with what is wrong with it
   */
  static ToWorker read(String text) {
    try {
      ToWorker message = IN.readValue(text);
      if (message == null) {
        throw new IllegalArgumentException("null");
      }
      return message;
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(e.getOriginalMessage(), e);
    }
  }

  static String write(FromWorker message) {
    try {
      return OUT.writeValueAsString(message);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }
}
