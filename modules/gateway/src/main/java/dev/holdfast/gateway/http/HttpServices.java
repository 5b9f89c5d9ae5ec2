package dev.holdfast.gateway.http;

import dev.holdfast.auth.TokenVerifier;
import dev.holdfast.channels.ChannelsClient;
import dev.holdfast.gateway.admission.Admission;
import dev.holdfast.limits.FairShare;
import dev.holdfast.limits.Limiter;
import dev.holdfast.sessions.SessionsClient;

/**
 * What the operations are done with.
 *
 * @param admission asked before whatever takes a token
 * @param dataLimit bytes of one publication's data
 */
public record HttpServices(
    TokenVerifier tokens,
    SessionsClient sessions,
    ChannelsClient channels,
    HttpSources sources,
    NodeState node,
    Admission admission,
    Limiter limiter,
    FairShare bodies,
    int dataLimit) {}
