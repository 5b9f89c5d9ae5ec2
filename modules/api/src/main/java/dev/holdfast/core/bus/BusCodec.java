package dev.holdfast.core.bus;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.cbor.databind.CBORMapper;
import dev.holdfast.core.BusValue;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.MessageCodec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * One codec for everything that crosses the event bus: class name, then CBOR (the payload's JSON
 * text goes as it is, without a second escaping). Local delivery hands the immutable record over.
 * Only {@link BusValue}s of Holdfast's own packages are ever instantiated; unknown members are
 * ignored, so that versions can be mixed during an upgrade.
 */
public final class BusCodec implements MessageCodec<BusValue, BusValue> {
  public static final String NAME = "holdfast";

  private static final ObjectMapper CBOR =
      CBORMapper.builder().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES).build();

  /** Bytes of the length before a frame, which is in what is sent, but not in what is received. */
  private static final int LENGTH = 4;

  private final Map<String, Class<?>> types = new ConcurrentHashMap<>();
  private final Seal seal;

  /** Makes the codec of a bus on which nobody has to prove anything. */
  public BusCodec() {
    this(Seal.NONE);
  }

  /**
   * @param seal proves this process's frames, and checks others'
   */
  public BusCodec(Seal seal) {
    this.seal = seal;
  }

  @Override
  public void encodeToWire(Buffer buffer, BusValue value) {
    try {
      byte[] type = value.getClass().getName().getBytes(StandardCharsets.US_ASCII);
      byte[] body = CBOR.writeValueAsBytes(value);
      buffer.appendShort((short) type.length).appendBytes(type);
      buffer.appendInt(body.length).appendBytes(body);
      seal.write(LENGTH, buffer);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public BusValue decodeFromWire(int at, Buffer buffer) {
    int body = at + 2 + buffer.getShort(at);
    String type = buffer.getString(at + 2, body, "US-ASCII");
    int end = body + 4 + buffer.getInt(body);
    Grant granted = seal.read(buffer, end);
    try {
      byte[] bytes = buffer.getBytes(body + 4, end);
      var value = (BusValue) CBOR.readValue(bytes, types.computeIfAbsent(type, BusCodec::load));
      if (granted != null) {
        granted.check(value);
        seal.check(granted, value);
      }
      return value;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Class<?> load(String name) {
    try {
      if (name.startsWith("dev.holdfast.")) {
        Class<?> type = Class.forName(name, false, BusCodec.class.getClassLoader());
        if (BusValue.class.isAssignableFrom(type)) {
          return type;
        }
      }
    } catch (ClassNotFoundException e) {
      throw new HoldfastException(ErrorCode.BAD_REQUEST, "unknown bus type " + name);
    }
    throw new HoldfastException(ErrorCode.BAD_REQUEST, "not a bus type: " + name);
  }

  @Override
  public BusValue transform(BusValue value) {
    return value;
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public byte systemCodecID() {
    return -1;
  }
}
