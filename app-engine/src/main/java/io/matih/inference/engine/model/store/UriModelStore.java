package io.matih.inference.engine.model.store;

import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ErrorDetail;
import io.matih.inference.engine.error.ServingException;
import io.matih.inference.engine.model.FolderConfig;
import io.matih.inference.engine.model.FolderConfigReader;
import io.matih.inference.engine.model.ModelArtifact;
import io.matih.inference.engine.model.ModelFormat;
import io.matih.inference.engine.model.ModelSource;
import io.matih.inference.engine.model.ModelStore;
import io.matih.inference.engine.model.StagedModel;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// Fetches models by the scheme of their URI: allow-listed folders, buckets, uploads. Everything
/// that is judged later is judged on the copy made here, which nobody else can write to. Any
/// thread.
public final class UriModelStore implements ModelStore, AutoCloseable {
    private final FolderSource folders;
    private final @Nullable S3Source s3;
    private final Uploads uploads;
    private final Path staging;
    private final CompanionFiles companions;
    private final FolderConfigReader configs;
    private final StoreLimits limits;

    /// @param staging a private folder on the repository's file system,
    ///   `FolderModelRepository.staging()`
    /// @param s3 needed where a root is a bucket
    public UriModelStore(
            StoreRoots roots,
            @Nullable S3Settings s3,
            Uploads uploads,
            Path staging,
            CompanionFiles companions,
            FolderConfigReader configs,
            StoreLimits limits) {
        this(roots, s3, uploads, staging, companions, configs, limits, EndpointGuard.Names.SYSTEM);
    }

    UriModelStore(
            StoreRoots roots,
            @Nullable S3Settings s3,
            Uploads uploads,
            Path staging,
            CompanionFiles companions,
            FolderConfigReader configs,
            StoreLimits limits,
            EndpointGuard.Names names) {
        if (roots.namesBuckets() && s3 == null) {
            throw new IllegalArgumentException(
                    "a store root is a bucket, but there are no S3 settings");
        }
        this.folders = new FolderSource(roots);
        this.s3 = s3 == null ? null : new S3Source(roots, s3, limits.fetchTimeout(), names);
        this.uploads = uploads;
        this.staging = staging;
        this.companions = companions;
        this.configs = configs;
        this.limits = limits;
    }

    @Override
    public StagedModel fetch(ModelSource source) {
        checkDigestForm(source.sha256());
        var files = open(source);
        var folder = StagingFolder.create(staging, limits.maxModelBytes());
        try {
            return stage(source, files, folder);
        } catch (RuntimeException | Error e) {
            folder.close();
            throw e;
        }
    }

    private record Staged(
            StagingFolder folder, ModelArtifact artifact, @Nullable FolderConfig found)
            implements StagedModel {
        @Override
        public Optional<FolderConfig> config() {
            return Optional.ofNullable(found);
        }

        @Override
        public void close() {
            folder.close();
        }
    }

    private SourceFiles open(ModelSource source) {
        return switch (ModelUri.parse(source.uri())) {
            case ModelUri.InFolder(var path) -> folders.open(path);
            case ModelUri.InBucket(var location) -> {
                if (s3 == null) {
                    throw S3Source.notAllowed(location);
                }
                yield s3.open(location);
            }
            case ModelUri.Uploaded(var id) -> UploadedFile.of(uploads, id, source.format());
        };
    }

    private Staged stage(ModelSource source, SourceFiles files, StagingFolder folder) {
        try {
            if (files.isFolder()) {
                return stageFolder(source, files, folder);
            }
            var name = files.names().getFirst();
            return name.toLowerCase(Locale.ROOT).endsWith(".zip")
                    ? stageArchive(source, files, name, folder)
                    : new Staged(folder, stageFile(source, files, name, folder), null);
        } catch (IOException e) {
            throw files.refused();
        }
    }

    private Staged stageFolder(ModelSource source, SourceFiles files, StagingFolder folder)
            throws IOException {
        var names = files.names().stream().filter(name -> !FileName.isLitter(name)).toList();
        if (names.size() > StoreLimits.MAX_FILES) {
            throw new ServingException(
                    ErrorCode.MODEL_LIMIT,
                    "the source has more than %d files".formatted(StoreLimits.MAX_FILES));
        }
        for (var name : names) {
            if (!FileName.isSafe(name)) {
                throw new ServingException(
                        ErrorCode.MODEL_INVALID,
                        "file '%s' of the source is named otherwise than %s"
                                .formatted(ServingException.clip(name), FileName.RULE));
            }
        }
        var selection =
                select(
                        source,
                        names,
                        name -> files.open(name).orElseThrow(files::refused).stream());
        for (var name : names) {
            var kept = selection.nameOf(name);
            if (kept.isPresent()) {
                try (var content = files.open(name).orElseThrow(files::refused)) {
                    folder.add(kept.get(), content);
                }
            }
        }
        var artifact = artifact(source, folder, selection);
        checkDigest(source.sha256(), artifact.digest());
        return new Staged(folder, artifact, selection.config());
    }

    private FolderSelection select(
            ModelSource source, List<String> names, FolderSelection.Opener opener) {
        return new FolderSelection(
                configs.read(FolderSelection.files(names, opener), source).orElse(null));
    }

    private Staged stageArchive(
            ModelSource source, SourceFiles files, String name, StagingFolder folder)
            throws IOException {
        try (var content = files.open(name).orElseThrow(files::refused)) {
            checkDigest(source.sha256(), folder.addArchive(content).sha256());
        }
        var selection =
                ZipUnpacker.unpack(folder, (names, opener) -> select(source, names, opener));
        return new Staged(folder, artifact(source, folder, selection), selection.config());
    }

    private static ModelArtifact artifact(
            ModelSource source, StagingFolder folder, FolderSelection selection) {
        var config = selection.config();
        if (config != null) {
            var modelFile = selection.nameOf(config.modelFile()).orElseThrow();
            return folder.artifact(
                    modelFile,
                    source.format() == null ? ModelFormat.ofFile(modelFile) : source.format());
        }
        var choice = ModelFileChoice.of(folder.inventory().files().keySet(), source.format());
        return folder.artifact(choice.name(), choice.format());
    }

    private ModelArtifact stageFile(
            ModelSource source, SourceFiles files, String name, StagingFolder folder)
            throws IOException {
        var format = source.format() == null ? ModelFormat.ofFile(name) : source.format();
        var modelFile = FileName.isSafe(name) ? name : "model." + format.wireName();
        try (var content = files.open(name).orElseThrow(files::refused)) {
            checkDigest(source.sha256(), folder.add(modelFile, content).sha256());
        }
        if (format == ModelFormat.ONNX) {
            for (var companion : companions.of(folder.files().resolve(modelFile))) {
                stageCompanion(files, companion, folder);
            }
        }
        return folder.artifact(modelFile, format);
    }

    private static void stageCompanion(SourceFiles files, String name, StagingFolder folder) {
        if (!FileName.isSafe(name) || folder.has(name)) {
            throw companionRefused(name);
        }
        try (var content = files.open(name).orElseThrow(() -> companionRefused(name))) {
            folder.add(name, content);
        } catch (IOException e) {
            throw companionRefused(name);
        }
    }

    private static ServingException companionRefused(String name) {
        return new ServingException(
                ErrorCode.EXTERNAL_DATA_FORBIDDEN,
                "external data '%s' is no plain file beside the model or below its folder"
                        .formatted(ServingException.clip(name)));
    }

    private static void checkDigestForm(@Nullable String sha256) {
        if (sha256 != null && !Sha256.isHex(sha256.toLowerCase(Locale.ROOT))) {
            throw new ServingException(
                    ErrorCode.INVALID_PARAMETER,
                    "source.sha256 '%s' is not 64 hex digits"
                            .formatted(ServingException.clip(sha256)));
        }
    }

    private static void checkDigest(@Nullable String wanted, String actual) {
        if (wanted != null && !wanted.equalsIgnoreCase(actual)) {
            throw new ServingException(
                    ErrorCode.DIGEST_MISMATCH,
                    "source.sha256 is %s, but the source's bytes have %s".formatted(wanted, actual),
                    new ErrorDetail("source.sha256", wanted, actual));
        }
    }

    @Override
    public void close() {
        if (s3 != null) {
            s3.close();
        }
    }
}
