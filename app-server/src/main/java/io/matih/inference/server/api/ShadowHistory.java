package io.matih.inference.server.api;

import com.fasterxml.jackson.annotation.JsonProperty;

import java.time.Instant;
import java.util.List;

/// Answer of `GET /api/v1/inference/deployments/{name}/shadow/history`, oldest first.
public record ShadowHistory(String deployment, String shadow, List<ShadowMinute> minutes) {
    /// What was compared in a minute; minutes without a request are left out.
    ///
    /// @param at the minute's begin
    /// @param samples rows that were asked of both
    /// @param agreed those on which both agree
    /// @param errors requests that the shadow did not answer
    /// @param dropped requests that it was not asked
    public record ShadowMinute(
            Instant at,
            long samples,
            long agreed,
            long errors,
            long dropped,
            MinuteLatency primaryLatencyMs,
            MinuteLatency shadowLatencyMs) {}

    /// In milliseconds.
    public record MinuteLatency(@JsonProperty("p50") double p50, @JsonProperty("p99") double p99) {}
}
