package io.matih.inference.engine.model.store;

import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ServingException;
import io.matih.inference.engine.model.ModelArtifact;
import io.matih.inference.engine.model.ModelFormat;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.TreeMap;
import java.util.UUID;

/// One model on its way in: `ID/files/…`, and beside them the archive they come from. Bytes are
/// counted and hashed as they are written; closing removes everything. One thread.
final class StagingFolder implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(StagingFolder.class);

    private final Path folder;
    private final long maxBytes;
    private final TreeMap<String, Inventory.Entry> files = new TreeMap<>();
    private long bytes;

    private StagingFolder(Path folder, long maxBytes) {
        this.folder = folder;
        this.maxBytes = maxBytes;
    }

    static StagingFolder create(Path staging, long maxBytes) {
        try {
            var folder = staging.resolve(UUID.randomUUID().toString());
            PrivateFiles.createFolders(folder.resolve("files"));
            return new StagingFolder(folder, maxBytes);
        } catch (IOException e) {
            throw unwritable(e);
        }
    }

    /// The folder that holds the model's files.
    Path files() {
        return folder.resolve("files");
    }

    Path archive() {
        return folder.resolve("archive");
    }

    /// Copies the archive that the files will come from; its size has a budget of its own.
    Inventory.Entry addArchive(Content content) {
        return copy(content, archive(), maxBytes);
    }

    /// @param name safe, and new in this folder
    Inventory.Entry add(String name, Content content) {
        if (!FileName.isSafe(name)) {
            throw new IllegalArgumentException("unsafe name");
        }
        var target = files().resolve(name);
        try {
            PrivateFiles.createFolders(Objects.requireNonNull(target.getParent()));
        } catch (IOException e) {
            throw unwritable(e);
        }
        var entry = copy(content, target, maxBytes - bytes);
        bytes += entry.bytes();
        files.put(name, entry);
        return entry;
    }

    boolean has(String name) {
        return files.containsKey(name);
    }

    private Inventory.Entry copy(Content content, Path target, long budget) {
        var announced = content.sizeBytes();
        if (announced != null && announced > budget) {
            throw tooLarge(maxBytes);
        }
        try (var channel = PrivateFiles.create(target)) {
            return MeasuredCopy.copy(content.stream(), channel, budget, maxBytes);
        } catch (UncheckedIOException e) {
            throw new ServingException(
                    ErrorCode.SOURCE_UNAVAILABLE, "the model's source broke off", e);
        } catch (IOException e) {
            throw unwritable(e);
        }
    }

    Inventory inventory() {
        return new Inventory(files);
    }

    ModelArtifact artifact(String modelFile, ModelFormat format) {
        return new ModelArtifact(
                inventory().digest(), format, files(), modelFile, inventory().bytes());
    }

    @Override
    public void close() {
        try {
            PrivateFiles.deleteTree(folder);
        } catch (IOException e) {
            // Swept at the next start; the model's own fate is settled.
            LOG.warn("a staging folder could not be removed", e);
        }
    }

    static ServingException tooLarge(long maxBytes) {
        return new ServingException(
                ErrorCode.MODEL_TOO_LARGE,
                "the model is larger than max_model_bytes, %d".formatted(maxBytes));
    }

    static ServingException unwritable(IOException cause) {
        return new ServingException(
                ErrorCode.STORAGE_FAILED, "the server cannot write the model to its disk", cause);
    }
}
