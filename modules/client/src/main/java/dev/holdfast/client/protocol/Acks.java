package dev.holdfast.client.protocol;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.client.session.ClientTimes;
import dev.holdfast.client.session.Cursor;
import java.util.Map;

/** Reports the application's handled positions to the server now and then. */
final class Acks {
  private final Connector connector;
  private final Readings readings;
  private final Alarm alarm;
  private final long every;
  private boolean due;

  Acks(Connector connector, Readings readings, Wire wire, ClientTimes times) {
    this.connector = connector;
    this.readings = readings;
    this.alarm = new Alarm(wire);
    this.every = times.ack().toMillis();
  }

  void handled(String channel, Cursor cursor) {
    if (readings.handled(channel, cursor) && !due) {
      due = true;
      alarm.set(every, this::send);
    }
  }

  /** Notes that a connection is welcomed: positions that could not be sent are still due. */
  void connected() {
    if (due) {
      alarm.set(every, this::send);
    }
  }

  /** Sends the positions that moved, if there is a connection. */
  void send() {
    if (!connector.isAttached()) {
      return;
    }
    due = false;
    Map<String, Cursor> moved = readings.takeUnacked();
    if (!moved.isEmpty()) {
      ObjectNode frame = Frames.frame("ack");
      ObjectNode cursors = frame.putObject("cursors");
      moved.forEach((channel, cursor) -> cursors.set(channel, Frames.array(cursor)));
      connector.send(frame.toString());
    }
  }

  void stop() {
    alarm.cancel();
  }
}
