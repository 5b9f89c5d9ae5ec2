package dev.holdfast.gateway.server;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.AsciiString;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.impl.HttpServerConnection;
import io.vertx.core.http.impl.VertxHttpRequestDecoder;
import java.util.List;

/**
 * Refuses requests whose end two readers could see in two places (RFC 9112, 5.2 and 6.1): with both
 * a length and a transfer coding, with a coding that is not just {@code chunked}, or with a header
 * that goes on in the next line. The library's own decoder chooses one reading of some of these;
 * the choice depends on its version and on a property of the JVM. A proxy in front may choose the
 * other: the bytes that follow would then be read as somebody else's request. Such a request is
 * answered 400, and its connection ends. A header is also not taken for another one with nearly the
 * same name.
 */
final class StrictRequestDecoder extends VertxHttpRequestDecoder {
  private static final byte LF = '\n';

  /** The bytes under decoding; set by {@link #decode} before anything reads it. */
  @SuppressWarnings("NullAway.Init")
  private ByteBuf in;

  /** The index of the first header line that was not checked; -1: none is expected. */
  private int unseen = -1;

  private boolean folded;

  private StrictRequestDecoder(HttpServerOptions options) {
    super(options);
  }

  /** Takes the place of the library's decoder. Must be called before anything was read. */
  static void install(HttpConnection connection, HttpServerOptions options) {
    ChannelPipeline pipeline =
        ((HttpServerConnection) connection).channelHandlerContext().pipeline();
    String name = pipeline.context(HttpRequestDecoder.class).name();
    pipeline.replace(name, name, new StrictRequestDecoder(options));
  }

  /** Decodes. The library takes whole lines of headers, so each call begins with a line. */
  @Override
  protected void decode(ChannelHandlerContext context, ByteBuf buffer, List<Object> out)
      throws Exception {
    in = buffer;
    if (unseen >= 0) {
      unseen = buffer.readerIndex();
    }
    super.decode(context, buffer, out);
    if (unseen >= 0) {
      look();
    }
  }

  /** Notes that the request line was taken. */
  @Override
  protected HttpMessage createMessage(String[] requestLine) {
    HttpMessage message = super.createMessage(requestLine);
    unseen = in.readerIndex();
    folded = false;
    return message;
  }

  /**
   * Checks the headers. All were taken, and nothing was made of them yet: a failure refuses the
   * request.
   */
  @Override
  protected boolean isContentAlwaysEmpty(HttpMessage message) {
    look();
    unseen = -1;
    HttpHeaders headers = message.headers();
    List<String> codings = headers.getAll(HttpHeaderNames.TRANSFER_ENCODING);
    boolean chunked =
        codings.size() == 1 && HttpHeaderValues.CHUNKED.contentEqualsIgnoreCase(codings.get(0));
    boolean length = headers.contains(HttpHeaderNames.CONTENT_LENGTH);
    boolean old = !message.protocolVersion().equals(HttpVersion.HTTP_1_1);
    if (folded || !codings.isEmpty() && (!chunked || length || old)) {
      throw new IllegalArgumentException("where this request ends is not clear");
    }
    return super.isContentAlwaysEmpty(message);
  }

  /**
   * Reads a header's name whole. The library compares only some letters of a name that it knows
   * (CVE-2026-102479): a proxy in front passes Content-Xength on, and here it was the length.
   */
  @Override
  protected AsciiString splitHeaderName(byte[] line, int start, int length) {
    AsciiString known = super.splitHeaderName(line, start, length);
    boolean same = known.contentEqualsIgnoreCase(new AsciiString(line, start, length, false));
    return same ? known : new AsciiString(line, start, length, true);
  }

  private void look() {
    int end = in.readerIndex();
    for (int line = unseen; line >= 0 && line < end; line = next(line, end)) {
      byte first = in.getByte(line);
      folded |= first == ' ' || first == '\t';
    }
  }

  /**
   * @return the index at which the next line begins; -1: there is none
   */
  private int next(int from, int to) {
    int found = in.indexOf(from, to, LF);
    return found < 0 ? -1 : found + 1;
  }
}
