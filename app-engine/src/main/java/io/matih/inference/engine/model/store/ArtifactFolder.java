package io.matih.inference.engine.model.store;

import io.matih.inference.engine.error.ServingException;
import io.matih.inference.engine.model.ModelArtifact;
import io.matih.inference.engine.model.ModelFormat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/// What the repository keeps beside an artifact's files: `SHA256SUMS`, which `sha256sum -c` in
/// `files` understands, its first line a comment that names format and model file.
///
/// @param modelFile relative
record ArtifactFolder(ModelFormat format, String modelFile, Inventory inventory) {
    static final String FILES = "files";

    private static final String SUMS = "SHA256SUMS";
    private static final Pattern HEAD = Pattern.compile("# ([a-z_]+) (.+)");
    private static final Pattern LINE = Pattern.compile("([0-9a-f]{64}) {2}(.+)");

    /// Hashes what lies in `folder/files`.
    static ArtifactFolder describe(Path folder, ModelFormat format, String modelFile)
            throws IOException {
        var files = folder.resolve(FILES);
        var entries = new TreeMap<String, Inventory.Entry>();
        try (var paths = Files.walk(files)) {
            for (var path : (Iterable<Path>) paths::iterator) {
                if (Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
                    entries.put(slashed(files.relativize(path)), hash(path));
                }
            }
        }
        return new ArtifactFolder(format, modelFile, new Inventory(entries));
    }

    private static String slashed(Path relative) {
        return StreamSupport.stream(relative.spliterator(), false)
                .map(Path::toString)
                .collect(Collectors.joining("/"));
    }

    private static Inventory.Entry hash(Path file) throws IOException {
        var digest = Sha256.start();
        var buffer = ByteBuffer.allocate(1 << 16);
        try (var channel = Files.newByteChannel(file)) {
            while (channel.read(buffer.clear()) >= 0) {
                digest.update(buffer.flip());
            }
        }
        return new Inventory.Entry(Sha256.hex(digest), Files.size(file));
    }

    void writeTo(Path folder) throws IOException {
        var text = "# %s %s\n%s".formatted(format.wireName(), modelFile, inventory.listing());
        try (var out = Channels.newOutputStream(PrivateFiles.create(folder.resolve(SUMS)))) {
            out.write(text.getBytes(StandardCharsets.UTF_8));
        }
    }

    /// @return empty where there is no such folder, or it is not as `writeTo` left it
    static Optional<ModelArtifact> read(Path folder, String digest) {
        try {
            var lines = Files.readAllLines(folder.resolve(SUMS));
            var head = HEAD.matcher(lines.isEmpty() ? "" : lines.getFirst());
            if (!head.matches()) {
                return Optional.empty();
            }
            var files = folder.resolve(FILES);
            var entries = new TreeMap<String, Inventory.Entry>();
            for (var line : lines.subList(1, lines.size())) {
                var parts = LINE.matcher(line);
                if (!parts.matches() || !FileName.isSafe(parts.group(2))) {
                    return Optional.empty();
                }
                var size = Files.size(files.resolve(parts.group(2)));
                entries.put(parts.group(2), new Inventory.Entry(parts.group(1), size));
            }
            var inventory = new Inventory(entries);
            return inventory.digest().equals(digest) && entries.containsKey(head.group(2))
                    ? Optional.of(
                            new ModelArtifact(
                                    digest,
                                    ModelFormat.of(head.group(1)),
                                    files,
                                    head.group(2),
                                    inventory.bytes()))
                    : Optional.empty();
        } catch (IOException | ServingException e) {
            return Optional.empty();
        }
    }
}
