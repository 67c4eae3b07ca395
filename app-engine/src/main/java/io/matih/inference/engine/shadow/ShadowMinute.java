package io.matih.inference.engine.shadow;

import java.time.Instant;

/// What was compared in one minute.
///
/// @param at the minute's begin
/// @param rows that were asked of both
/// @param agreed those on which both agree
/// @param failed requests that the shadow did not answer
/// @param dropped requests that it was not asked
/// @param primaryP50 milliseconds, like the following; 0 where nothing was measured
public record ShadowMinute(
        Instant at,
        long rows,
        long agreed,
        long failed,
        long dropped,
        double primaryP50,
        double primaryP99,
        double shadowP50,
        double shadowP99) {}
