package dev.holdfast.loadtest.worker.measure;

/** The data of a numbered event, as publishers write it and clients read it. Any thread. */
public final class EventData {
  private static final int ROOM = 64;

  private EventData() {}

  /**
   * @param number from 1
   * @param intended when it was to be sent, µs
   * @param sent when it is, µs
   * @param bytes how long it is to be; longer if that is too little
   */
  public static String text(long number, long intended, long sent, int bytes) {
    var text = new StringBuilder(Math.max(bytes, ROOM));
    text.append("{\"k\":").append(number);
    text.append(",\"i\":").append(intended);
    text.append(",\"s\":").append(sent);
    text.append(",\"x\":\"");
    int ending = 2;
    while (text.length() < bytes - ending) {
      text.append('x');
    }
    return text.append("\"}").toString();
  }
}
