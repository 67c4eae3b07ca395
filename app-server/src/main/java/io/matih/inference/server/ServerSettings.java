package io.matih.inference.server;

import io.matih.inference.engine.EngineSettings;
import io.matih.inference.engine.backend.onnxruntime.OnnxRuntimeSettings;
import io.matih.inference.engine.cache.CacheSettings;
import io.matih.inference.engine.device.HostMemory;
import io.matih.inference.engine.model.store.S3Settings;
import io.matih.inference.engine.model.store.StoreLimits;
import io.matih.inference.engine.serving.ResponseCacheSettings;
import io.matih.inference.engine.serving.ServingLimits;
import io.matih.inference.server.grpc.GrpcSettings;
import io.matih.inference.server.http.HttpLimits;
import io.matih.inference.server.http.HttpSettings;
import io.matih.inference.server.persistence.DatabaseSettings;
import io.matih.inference.server.settings.SettingKeys;
import io.matih.inference.server.settings.Settings;
import io.matih.inference.server.settings.SettingsException;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// The settings, cut into what each part of the server needs.
final class ServerSettings {
    private final Settings settings;
    private final Path dataFolder;

    ServerSettings(Settings settings) {
        this.settings = settings;
        dataFolder = settings.get(SettingKeys.DATA_DIR);
    }

    DatabaseSettings database() {
        return new DatabaseSettings(
                dataFolder, settings.find(SettingKeys.DATABASE_URL).orElse(null), null, null);
    }

    EngineSettings engine() {
        return new EngineSettings(
                dataFolder,
                storeRoots(),
                s3(),
                new StoreLimits(
                        settings.get(SettingKeys.MAX_MODEL_BYTES),
                        StoreLimits.DEFAULT.fetchTimeout()),
                new ServingLimits(
                        settings.get(SettingKeys.MAX_ROWS),
                        settings.get(SettingKeys.MAX_OUTPUT_BYTES),
                        ServingLimits.DEFAULT.defaultTimeout(),
                        ServingLimits.DEFAULT.longestQueue()),
                new ResponseCacheSettings(
                        settings.get(SettingKeys.RESPONSE_CACHE_BYTES),
                        settings.get(SettingKeys.RESPONSE_CACHE_TTL)),
                new OnnxRuntimeSettings(
                        settings.get(SettingKeys.MAX_OUTPUT_BYTES),
                        settings.get(SettingKeys.PROBE_TIMEOUT),
                        null),
                new CacheSettings(
                        settings.find(SettingKeys.CACHE_HOST_BYTES)
                                .orElseGet(HostMemory::shareForModels),
                        settings.find(SettingKeys.CACHE_GPU_BYTES).orElse(null),
                        settings.get(SettingKeys.CACHE_OVERCOMMIT_PERCENT),
                        settings.get(SettingKeys.CACHE_LOAD_TIMEOUT),
                        settings.get(SettingKeys.CACHE_LOAD_ON_DEMAND),
                        settings.find(SettingKeys.CACHE_IDLE_TTL).orElse(null)));
    }

    /// The default roots are made where they are missing: they are the folders that a newcomer is
    /// told to put models in. Others must exist, or a typing error would go unnoticed.
    private List<String> storeRoots() {
        var roots = new ArrayList<>(settings.get(SettingKeys.STORE_ROOTS));
        modelRepository().ifPresent(folder -> roots.add(folder.toString()));
        for (var root : roots) {
            if (!root.startsWith("s3:")) {
                requireFolder(Path.of(root));
            }
        }
        return roots;
    }

    /// Store roots that are folders; the model repository, where there is one, is the first.
    List<Path> localRoots() {
        return Stream.concat(
                        modelRepository().stream(),
                        settings.get(SettingKeys.STORE_ROOTS).stream()
                                .filter(root -> !root.startsWith("s3:"))
                                .map(Path::of))
                .toList();
    }

    /// Models that are served from the start.
    Optional<Path> modelRepository() {
        var folder = settings.find(SettingKeys.MODEL_REPOSITORY);
        folder.filter(path -> !Files.isDirectory(path))
                .ifPresent(
                        path -> {
                            throw new SettingsException(
                                    "model.repository: '%s' is no folder".formatted(path));
                        });
        return folder;
    }

    private void requireFolder(Path root) {
        try {
            if (root.startsWith(dataFolder)) {
                Files.createDirectories(root);
            }
        } catch (IOException e) {
            throw new SettingsException("store.roots: '%s' cannot be made".formatted(root), e);
        }
        if (!Files.isDirectory(root)) {
            throw new SettingsException("store.roots: '%s' is no folder".formatted(root));
        }
    }

    private @Nullable S3Settings s3() {
        var endpoint = settings.find(SettingKeys.S3_ENDPOINT).map(URI::create).orElse(null);
        boolean named =
                settings.get(SettingKeys.STORE_ROOTS).stream()
                        .anyMatch(root -> root.startsWith("s3:"));
        if (endpoint == null && !named) {
            return null;
        }
        return new S3Settings(
                endpoint,
                settings.get(SettingKeys.S3_REGION),
                settings.get(SettingKeys.S3_PATH_STYLE),
                settings.find(SettingKeys.S3_ACCESS_KEY).orElse(null),
                settings.find(SettingKeys.S3_SECRET_KEY).orElse(null));
    }

    HttpSettings http() {
        return new HttpSettings(
                settings.get(SettingKeys.HTTP_HOST),
                settings.get(SettingKeys.HTTP_PORT),
                new HashSet<>(settings.get(SettingKeys.ALLOWED_HOSTS)),
                new HashSet<>(settings.get(SettingKeys.ALLOWED_ORIGINS)),
                HttpLimits.defaults()
                        .withBodies(
                                settings.get(SettingKeys.MAX_BODY_BYTES),
                                settings.get(SettingKeys.MAX_PREDICT_BODY_BYTES)));
    }

    GrpcSettings grpc() {
        var defaults = GrpcSettings.defaults();
        return new GrpcSettings(
                settings.get(SettingKeys.HTTP_HOST),
                settings.get(SettingKeys.GRPC_PORT),
                (int) Math.min(Integer.MAX_VALUE, settings.get(SettingKeys.MAX_BODY_BYTES)),
                defaults.metadataBytes(),
                defaults.streamsPerConnection(),
                defaults.connections(),
                defaults.keepAlive());
    }
}
