package io.matih.inference.engine.serving;

import io.matih.inference.engine.telemetry.InferenceCounts;
import io.matih.inference.engine.telemetry.ModelMeters;
import io.matih.inference.engine.tensor.Tensor;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Set;

/// One version's answers in the response cache.
record KeptResponses(ResponseCache.Share share, ModelMeters meters) {
    Lookup find(InferenceRequest request, Set<String> wanted) {
        if (request.cache() == CacheMode.BYPASS) {
            return new Lookup(share, null, null, CacheOutcome.BYPASS, 0);
        }
        long begun = System.nanoTime();
        var key = share.key(request.inputs(), wanted);
        if (request.cache() == CacheMode.REFRESH) {
            return new Lookup(share, key, null, CacheOutcome.REFRESH, 0);
        }
        var hit = share.get(key);
        meters.responseCache(hit != null);
        return new Lookup(
                share,
                key,
                hit,
                hit == null ? CacheOutcome.MISS : CacheOutcome.HIT,
                System.nanoTime() - begun);
    }

    void clear() {
        share.clear();
    }

    /// What a look into the cache found.
    ///
    /// @param key where the answer will be kept; absent where it will not
    /// @param hit the answer, if it was there
    /// @param nanos how long the look took
    record Lookup(
            ResponseCache.Share share,
            ResponseCache.@Nullable Key key,
            @Nullable List<Tensor> hit,
            CacheOutcome outcome,
            long nanos) {
        /// Keeps the answer for others, and counts what that and the look in vain took.
        void keep(List<Tensor> outputs, InferenceCounts counts) {
            if (key == null) {
                return;
            }
            long begun = System.nanoTime();
            share.put(key, outputs);
            if (outcome == CacheOutcome.MISS) {
                counts.missed(nanos + System.nanoTime() - begun);
            }
        }
    }
}
