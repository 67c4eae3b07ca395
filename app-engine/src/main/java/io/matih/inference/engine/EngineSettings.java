package io.matih.inference.engine;

import io.matih.inference.engine.backend.onnxruntime.OnnxRuntimeSettings;
import io.matih.inference.engine.cache.CacheSettings;
import io.matih.inference.engine.model.store.S3Settings;
import io.matih.inference.engine.model.store.StoreLimits;
import io.matih.inference.engine.serving.ResponseCacheSettings;
import io.matih.inference.engine.serving.ServingLimits;

import org.jspecify.annotations.Nullable;

import java.nio.file.Path;
import java.util.List;

/// What the engine needs to be told.
///
/// @param dataFolder where it keeps models, uploads and staging
/// @param storeRoots existing folders and `s3://bucket[/prefix]` that sources may name
/// @param s3 needed where a root is a bucket
public record EngineSettings(
        Path dataFolder,
        List<String> storeRoots,
        @Nullable S3Settings s3,
        StoreLimits store,
        ServingLimits serving,
        ResponseCacheSettings responseCache,
        OnnxRuntimeSettings onnxRuntime,
        CacheSettings cache) {
    public EngineSettings {
        storeRoots = List.copyOf(storeRoots);
    }
}
