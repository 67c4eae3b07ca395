package io.matih.inference.engine.model.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// The folders and buckets that URIs may name. What is outside is not looked at, not even to see
/// whether it exists.
public final class StoreRoots {
    private final List<Folder> folders;
    private final List<S3Location> buckets;

    private StoreRoots(List<Folder> folders, List<S3Location> buckets) {
        this.folders = List.copyOf(folders);
        this.buckets = List.copyOf(buckets);
    }

    /// A root as configured, and where it really is.
    record Folder(Path given, Path real) {
        /// False once somebody put a link, or nothing, in the place of the configured folder.
        boolean isInPlace() {
            try {
                return given.toRealPath().equals(real);
            } catch (IOException e) {
                return false;
            }
        }

        boolean covers(Path absolute) {
            return absolute.startsWith(given) || absolute.startsWith(real);
        }
    }

    /// @param roots existing folders, and `s3://bucket` or `s3://bucket/prefix`
    /// @throws IllegalArgumentException naming the entry that is neither
    public static StoreRoots of(List<String> roots) {
        var folders = new ArrayList<Folder>();
        var buckets = new ArrayList<S3Location>();
        for (var root : roots) {
            if (root.startsWith("s3:")) {
                buckets.add(bucket(root));
            } else {
                folders.add(folder(root));
            }
        }
        return new StoreRoots(folders, buckets);
    }

    private static S3Location bucket(String root) {
        return S3Location.parse(root)
                .orElseThrow(
                        () ->
                                new IllegalArgumentException(
                                        "store root '%s' is not s3://bucket or s3://bucket/prefix"
                                                .formatted(root)));
    }

    private static Folder folder(String root) {
        try {
            var given = Path.of(root).toAbsolutePath().normalize();
            var real = given.toRealPath();
            if (Files.isDirectory(real)) {
                return new Folder(given, real);
            }
            throw new IllegalArgumentException("store root '%s' is no folder".formatted(root));
        } catch (IOException e) {
            throw new IllegalArgumentException("store root '%s' cannot be read".formatted(root), e);
        }
    }

    List<Folder> folders() {
        return folders;
    }

    boolean namesBuckets() {
        return !buckets.isEmpty();
    }

    boolean allows(S3Location location) {
        return buckets.stream().anyMatch(root -> root.covers(location));
    }
}
