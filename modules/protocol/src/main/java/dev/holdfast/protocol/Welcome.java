package dev.holdfast.protocol;

/**
 * The members of a {@code welcome}.
 *
 * @param node the node's id
 * @param linger s that the session outlives its connection
 * @param heartbeat s
 * @param frameLimit bytes of one frame
 * @param channelLimit channels of one session
 * @param publishRate publications per second and connection
 * @param time the node's clock, ms since 1970
 */
public record Welcome(
    String session,
    long generation,
    String connection,
    String node,
    boolean resumed,
    long linger,
    long heartbeat,
    int frameLimit,
    int channelLimit,
    int publishRate,
    long time) {}
