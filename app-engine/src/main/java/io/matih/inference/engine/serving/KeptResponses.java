package io.matih.inference.engine.serving;

import io.matih.inference.engine.telemetry.ModelMeters;
import io.matih.inference.engine.tensor.Tensor;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Set;

/// One version's answers in the response cache.
record KeptResponses(ResponseCache.Share share, ModelMeters meters) {
    Lookup find(InferenceRequest request, Set<String> wanted) {
        if (request.cache() == CacheMode.BYPASS) {
            return new Lookup(share, null, null, CacheOutcome.BYPASS);
        }
        var key = share.key(request.inputs(), wanted);
        if (request.cache() == CacheMode.REFRESH) {
            return new Lookup(share, key, null, CacheOutcome.REFRESH);
        }
        var hit = share.get(key);
        meters.responseCache(hit != null);
        return new Lookup(share, key, hit, hit == null ? CacheOutcome.MISS : CacheOutcome.HIT);
    }

    void clear() {
        share.clear();
    }

    /// What a look into the cache found.
    ///
    /// @param key where the answer will be kept; absent where it will not
    /// @param hit the answer, if it was there
    record Lookup(
            ResponseCache.Share share,
            ResponseCache.@Nullable Key key,
            @Nullable List<Tensor> hit,
            CacheOutcome outcome) {
        void keep(List<Tensor> outputs) {
            if (key != null) {
                share.put(key, outputs);
            }
        }
    }
}
