package io.matih.inference.engine.model.store;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;
import static java.nio.file.StandardOpenOption.READ;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/// Opens plain files below one real folder. Every step down is taken from the open folder above it
/// and follows no link (`openat` with `O_NOFOLLOW`), so nobody can swap a part of the path for a
/// link between a check and the opening. Where the system has no such calls (Windows), each part is
/// looked at instead.
///
/// A plain file is a regular one with one name: a second hard link may be another user's file.
final class GuardedFolder {
    private static final int MAX_DEPTH = 16;

    private final Path root;

    GuardedFolder(Path root) {
        this.root = root;
    }

    /// @param relative without dot segments
    Optional<Content> open(Path relative) throws IOException {
        try (var folder = descend(relative.getParent())) {
            var leaf = Objects.requireNonNull(relative.getFileName());
            var attributes = attributes(folder, relative, leaf);
            if (!attributes.isRegularFile() || !hasOneName(relative, attributes)) {
                return Optional.empty();
            }
            var options = Set.of(READ, NOFOLLOW_LINKS);
            var channel =
                    folder instanceof SecureDirectoryStream<Path> secure
                            ? secure.newByteChannel(leaf, options)
                            : Files.newByteChannel(root.resolve(relative), options);
            return Optional.of(new Content(Channels.newInputStream(channel), attributes.size()));
        }
    }

    boolean isFolder(Path relative) throws IOException {
        if (relative.toString().isEmpty()) {
            return true;
        }
        try (var folder = descend(relative.getParent())) {
            var leaf = Objects.requireNonNull(relative.getFileName());
            return attributes(folder, relative, leaf).isDirectory();
        }
    }

    /// All plain files below `relative`, as paths relative to it.
    ///
    /// @return empty where anything else lies there too
    Optional<List<Path>> list(Path relative) throws IOException {
        var found = new ArrayList<Path>();
        return list(relative, Path.of(""), 1, found) ? Optional.of(found) : Optional.empty();
    }

    private boolean list(Path base, Path below, int depth, List<Path> found) throws IOException {
        var here = base.resolve(below);
        try (var folder = descend(here)) {
            for (var entry : folder) {
                var leaf = Objects.requireNonNull(entry.getFileName());
                if (FileName.isLitter(leaf.toString())) {
                    continue;
                }
                var attributes = attributes(folder, here.resolve(leaf), leaf);
                if (attributes.isDirectory() && depth < MAX_DEPTH) {
                    if (!list(base, below.resolve(leaf), depth + 1, found)) {
                        return false;
                    }
                } else if (attributes.isRegularFile() && found.size() < StoreLimits.MAX_FILES) {
                    found.add(below.resolve(leaf));
                } else {
                    return false;
                }
            }
        }
        return true;
    }

    /// The caller closes it.
    @SuppressWarnings("StreamResourceLeak")
    private DirectoryStream<Path> descend(@Nullable Path relative) throws IOException {
        var folder = Files.newDirectoryStream(root);
        if (relative == null || relative.toString().isEmpty()) {
            return folder;
        }
        if (!(folder instanceof SecureDirectoryStream<Path> secure)) {
            folder.close();
            return descendByPath(relative);
        }
        for (var part : relative) {
            var above = secure;
            try (above) {
                secure = above.newDirectoryStream(part, NOFOLLOW_LINKS);
            }
        }
        return secure;
    }

    @SuppressWarnings("StreamResourceLeak")
    private DirectoryStream<Path> descendByPath(Path relative) throws IOException {
        var at = root;
        for (var part : relative) {
            at = at.resolve(part);
            if (!Files.isDirectory(at, NOFOLLOW_LINKS)) {
                throw new NotDirectoryException(part.toString());
            }
        }
        return Files.newDirectoryStream(at);
    }

    private BasicFileAttributes attributes(DirectoryStream<Path> folder, Path relative, Path leaf)
            throws IOException {
        return folder instanceof SecureDirectoryStream<Path> secure
                ? secure.getFileAttributeView(leaf, BasicFileAttributeView.class, NOFOLLOW_LINKS)
                        .readAttributes()
                : Files.readAttributes(
                        root.resolve(relative), BasicFileAttributes.class, NOFOLLOW_LINKS);
    }

    /// The number of names is only to be had by path, so it counts only if it is of the same file.
    private boolean hasOneName(Path relative, BasicFileAttributes attributes) throws IOException {
        var path = root.resolve(relative);
        if (!path.getFileSystem().supportedFileAttributeViews().contains("unix")) {
            return true;
        }
        var unix =
                Files.readAttributes(path, "unix:nlink,fileKey", new LinkOption[] {NOFOLLOW_LINKS});
        return Objects.equals(unix.get("nlink"), 1)
                && Objects.equals(unix.get("fileKey"), attributes.fileKey());
    }
}
