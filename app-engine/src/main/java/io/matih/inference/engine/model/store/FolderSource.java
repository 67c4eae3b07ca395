package io.matih.inference.engine.model.store;

import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ServingException;

import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/// Files and folders below the allow-listed roots. Whatever is wrong with a path, the answer is the
/// same, so that it tells nothing about what exists outside the roots or cannot be read.
final class FolderSource {
    private final StoreRoots roots;

    FolderSource(StoreRoots roots) {
        this.roots = roots;
    }

    /// @throws ServingException `PATH_NOT_ALLOWED`
    SourceFiles open(String path) {
        return parse(path).flatMap(this::find).orElseThrow(() -> refused(path));
    }

    static ServingException refused(String path) {
        return new ServingException(
                ErrorCode.PATH_NOT_ALLOWED,
                ("source.uri '%s' names no plain file or folder of plain files below a store root"
                                + " (no link out of it, no second hard link, no '..')")
                        .formatted(ServingException.clip(path)));
    }

    private static Optional<Path> parse(String text) {
        // Two separators in front are a Windows share: another host would be asked.
        if (text.isBlank() || text.startsWith("//") || text.startsWith("\\\\")) {
            return Optional.empty();
        }
        try {
            var path = Path.of(text);
            for (var part : path) {
                if (part.toString().equals("..")) {
                    return Optional.empty();
                }
            }
            return Optional.of(path.normalize());
        } catch (InvalidPathException e) {
            return Optional.empty();
        }
    }

    private Optional<SourceFiles> find(Path path) {
        return roots.folders().stream()
                .filter(StoreRoots.Folder::isInPlace)
                .filter(root -> !path.isAbsolute() || root.covers(path))
                .flatMap(root -> below(root, path).stream())
                .findFirst();
    }

    private static Optional<SourceFiles> below(StoreRoots.Folder root, Path path) {
        try {
            // Links inside the root are fine, so the real path is what gets opened, link by link.
            var real = root.real().resolve(path).toRealPath();
            if (!real.startsWith(root.real())) {
                return Optional.empty();
            }
            var folder = new GuardedFolder(root.real());
            var relative = root.real().relativize(real);
            if (folder.isFolder(relative)) {
                return Optional.of(new Tree(folder, relative, path.toString()));
            }
            var probe = folder.open(relative);
            if (probe.isEmpty()) {
                return Optional.empty();
            }
            probe.get().close();
            return Optional.of(new Single(folder, relative, path.toString()));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /// @param file relative to the root
    private record Single(GuardedFolder root, Path file, String path) implements SourceFiles {
        @Override
        public boolean isFolder() {
            return false;
        }

        @Override
        public List<String> names() {
            return List.of(Objects.requireNonNull(file.getFileName()).toString());
        }

        @Override
        public Optional<Content> open(String name) throws IOException {
            return root.open(file.resolveSibling(name));
        }

        @Override
        public ServingException refused() {
            return FolderSource.refused(path);
        }
    }

    /// @param folder relative to the root
    private record Tree(GuardedFolder root, Path folder, String path) implements SourceFiles {
        @Override
        public boolean isFolder() {
            return true;
        }

        @Override
        public List<String> names() throws IOException {
            return root.list(folder).orElseThrow(this::refused).stream()
                    .map(Tree::slashed)
                    .toList();
        }

        /// Part by part: a backslash inside a name is no separator, and will be refused as a name.
        private static String slashed(Path name) {
            return StreamSupport.stream(name.spliterator(), false)
                    .map(Path::toString)
                    .collect(Collectors.joining("/"));
        }

        @Override
        public ServingException refused() {
            return FolderSource.refused(path);
        }

        @Override
        public Optional<Content> open(String name) throws IOException {
            return root.open(folder.resolve(name));
        }
    }
}
