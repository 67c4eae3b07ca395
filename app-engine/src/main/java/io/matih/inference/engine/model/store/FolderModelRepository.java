package io.matih.inference.engine.model.store;

import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;

import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ServingException;
import io.matih.inference.engine.model.ModelArtifact;
import io.matih.inference.engine.model.ModelRepository;
import io.matih.inference.engine.model.StagedModel;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/// Artifacts in `DIGEST/files/…`, described by `DIGEST/SHA256SUMS`; what is on its way in or out is
/// in `staging`, on the same file system. Any thread.
///
/// A digest's folder is whole whenever it exists, because it comes and goes by one rename:
///
/// 1. the staged files are moved to `staging/ID/files`, and hashed again where they now lie
/// 2. `staging/ID/SHA256SUMS` is written
/// 3. every file is synced, then every folder, innermost first
/// 4. `staging/ID` is renamed to `DIGEST`
/// 5. the repository's folder is synced
///
/// Dying before step 4 leaves only something in staging, which the next sweep removes. Dying after
/// it leaves the artifact or, if the machine lost power before step 5, again only staging. Removing
/// goes the other way: one rename into staging, then the deleting. Two that admit the same digest
/// meet at step 4, where one rename fails since a folder with files is there already, and takes the
/// other's.
public final class FolderModelRepository implements ModelRepository {
    private static final String STAGING = "staging";

    private final Path folder;
    private final Path staging;

    /// @param folder made where it is not there; its own, nobody else writes in it
    public FolderModelRepository(Path folder) {
        try {
            PrivateFiles.createFolders(folder.resolve(STAGING));
            this.folder = folder.toRealPath();
            this.staging = this.folder.resolve(STAGING);
        } catch (IOException e) {
            throw failed(e);
        }
    }

    /// Where fetched models are put until they are admitted.
    public Path staging() {
        return staging;
    }

    @Override
    public ModelArtifact admit(StagedModel staged) {
        var digest = checked(staged.artifact().digest());
        var there = find(digest);
        if (there.isPresent()) {
            return there.get();
        }
        var arriving = staging.resolve(UUID.randomUUID().toString());
        try {
            prepare(staged.artifact(), arriving);
            publish(arriving, digest);
        } catch (IOException e) {
            throw failed(e);
        } finally {
            discard(arriving);
        }
        return find(digest).orElseThrow(() -> failed(new IOException("not published")));
    }

    private static void prepare(ModelArtifact artifact, Path arriving) throws IOException {
        PrivateFiles.createFolders(arriving);
        Files.move(artifact.folder(), arriving.resolve(ArtifactFolder.FILES), ATOMIC_MOVE);
        var manifest = ArtifactFolder.describe(arriving, artifact.format(), artifact.modelFile());
        if (!manifest.inventory().digest().equals(artifact.digest())) {
            throw new ServingException(
                    ErrorCode.DIGEST_MISMATCH,
                    "the staged files changed: they have %s, not %s"
                            .formatted(manifest.inventory().digest(), artifact.digest()));
        }
        manifest.writeTo(arriving);
        PrivateFiles.syncTree(arriving);
    }

    private void publish(Path arriving, String digest) throws IOException {
        var target = folder.resolve(digest);
        try {
            Files.move(arriving, target, ATOMIC_MOVE);
        } catch (FileSystemException e) {
            if (find(digest).isPresent()) {
                return; // Somebody else was faster.
            }
            // Whatever lies there was not made by us: out of the way with it.
            discardArtifact(digest);
            Files.move(arriving, target, ATOMIC_MOVE);
        }
        PrivateFiles.syncFolder(folder);
    }

    @Override
    public Optional<ModelArtifact> find(String digest) {
        return ArtifactFolder.read(folder.resolve(checked(digest)), digest);
    }

    @Override
    public void delete(String digest) {
        try {
            discardArtifact(checked(digest));
        } catch (IOException e) {
            throw failed(e);
        }
    }

    /// Only at start: it removes what others are staging.
    @Override
    public void sweep(Set<String> keep) {
        try {
            for (var name : names(folder)) {
                if (Sha256.isHex(name) && !keep.contains(name)) {
                    discardArtifact(name);
                }
            }
            for (var name : names(staging)) {
                PrivateFiles.deleteTree(staging.resolve(name));
            }
        } catch (IOException e) {
            throw failed(e);
        }
    }

    private void discardArtifact(String digest) throws IOException {
        var leaving = staging.resolve(UUID.randomUUID().toString());
        try {
            Files.move(folder.resolve(digest), leaving, ATOMIC_MOVE);
        } catch (NoSuchFileException e) {
            return; // It never was, or somebody else was faster.
        }
        PrivateFiles.syncFolder(folder);
        PrivateFiles.deleteTree(leaving);
    }

    private static List<String> names(Path folder) throws IOException {
        var names = new ArrayList<String>();
        try (var entries = Files.newDirectoryStream(folder)) {
            for (var entry : entries) {
                names.add(Objects.requireNonNull(entry.getFileName()).toString());
            }
        }
        return names;
    }

    private static void discard(Path arriving) {
        try {
            PrivateFiles.deleteTree(arriving);
        } catch (IOException e) {
            throw failed(e);
        }
    }

    private static String checked(String digest) {
        if (!Sha256.isHex(digest)) {
            throw new ServingException(
                    ErrorCode.INVALID_PARAMETER,
                    "digest '%s' is not 64 lower-case hex digits"
                            .formatted(ServingException.clip(digest)));
        }
        return digest;
    }

    private static ServingException failed(IOException cause) {
        return new ServingException(
                ErrorCode.STORAGE_FAILED, "the server cannot use its model repository", cause);
    }
}
