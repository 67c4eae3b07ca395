package io.matih.inference.engine.batching;

import io.matih.inference.engine.model.DynamicBatching;

import java.time.Duration;

/// What a batcher needs to be told.
///
/// @param maxRows of one batch; 0 where requests must not be joined
/// @param steady whether the shapes of a request's inputs alone tell how long it runs; only such a
///   model may run on the thread that brought the request
/// @param longestQueue how long a request may be expected to wait where neither it nor its queue's
///   policy says so
public record BatcherSettings(
        int maxRows, DynamicBatching policy, boolean steady, Duration longestQueue) {}
