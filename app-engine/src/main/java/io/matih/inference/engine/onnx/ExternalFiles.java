package io.matih.inference.engine.onnx;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// Checks the data files beside a model by their attributes alone: none is ever opened.
///
/// Two tensors may share one range, as exporters write tied weights; ranges that overlap in any
/// other way are refused.
final class ExternalFiles {
    private final Path modelFile;
    private final Path folder;
    private final OnnxLimits limits;

    ExternalFiles(Path modelFile, OnnxLimits limits) {
        this.modelFile = modelFile.toAbsolutePath();
        this.folder = this.modelFile.resolveSibling("");
        this.limits = limits;
    }

    void require(List<ExternalReference> references) {
        var byLocation =
                references.stream()
                        .collect(
                                Collectors.groupingBy(
                                        ExternalReference::location,
                                        TreeMap::new,
                                        Collectors.toList()));
        byLocation.keySet().forEach(this::requirePlainFile);
        for (Map.Entry<String, List<ExternalReference>> file : byLocation.entrySet()) {
            requireRanges(file.getValue(), requirePlainFile(file.getKey()));
        }
    }

    /// @return the file's size
    private long requirePlainFile(String location) {
        var path = folder;
        BasicFileAttributes attributes = null;
        for (var segment : location.split("/", -1)) {
            if (attributes != null && !attributes.isDirectory()) {
                throw forbidden(location);
            }
            path = resolve(path, segment, location);
            attributes = attributes(path, location);
            if (attributes.isSymbolicLink()) {
                throw forbidden(location);
            }
        }
        if (attributes == null || !attributes.isRegularFile() || path.equals(modelFile)) {
            throw forbidden(location);
        }
        requireSingleLink(path, location);
        if (attributes.size() > limits.maxWeightBytes()) {
            throw Refusal.limit(
                    "the data file '%s' has %d bytes; at most %d are taken"
                            .formatted(
                                    Refusal.clip(location),
                                    attributes.size(),
                                    limits.maxWeightBytes()));
        }
        return attributes.size();
    }

    private static Path resolve(Path parent, String segment, String location) {
        try {
            return parent.resolve(segment);
        } catch (InvalidPathException e) {
            throw forbidden(location);
        }
    }

    private static BasicFileAttributes attributes(Path path, String location) {
        try {
            return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        } catch (IOException e) {
            throw Refusal.invalid(
                    "the data file '%s' is missing beside the model"
                            .formatted(Refusal.clip(location)));
        }
    }

    /// Another name for the same file may lie outside the folder. Where a file system cannot count
    /// names (Windows), the caller's copy of the files is what protects.
    private static void requireSingleLink(Path path, String location) {
        try {
            var links = Files.getAttribute(path, "unix:nlink", LinkOption.NOFOLLOW_LINKS);
            if (!Integer.valueOf(1).equals(links)) {
                throw forbidden(location);
            }
        } catch (UnsupportedOperationException e) {
            return;
        } catch (IOException e) {
            throw forbidden(location);
        }
    }

    private static void requireRanges(List<ExternalReference> references, long fileSize) {
        var sorted =
                references.stream()
                        .sorted(Comparator.comparingLong(ExternalReference::offset))
                        .toList();
        ExternalReference before = null;
        for (var reference : sorted) {
            requireRange(reference, fileSize);
            if (reference.byteCount() > 0) {
                if (before != null) {
                    requireApart(before, reference);
                }
                before = reference;
            }
        }
    }

    private static void requireRange(ExternalReference reference, long fileSize) {
        Long length = reference.length();
        if (length != null && length != reference.byteCount()) {
            throw Refusal.invalid(
                    "tensor '%s' takes %d bytes, but its external_data.length is %d"
                            .formatted(reference.tensor(), reference.byteCount(), length));
        }
        if (reference.offset() > fileSize
                || reference.byteCount() > fileSize - reference.offset()) {
            throw Refusal.invalid(
                    "tensor '%s' takes %d bytes from offset %d, but its data file has %d"
                            .formatted(
                                    reference.tensor(),
                                    reference.byteCount(),
                                    reference.offset(),
                                    fileSize));
        }
    }

    private static void requireApart(ExternalReference first, ExternalReference second) {
        boolean same = first.offset() == second.offset() && first.byteCount() == second.byteCount();
        if (!same && second.offset() < first.offset() + first.byteCount()) {
            throw Refusal.invalid(
                    "tensors '%s' and '%s' overlap in their data file"
                            .formatted(first.tensor(), second.tensor()));
        }
    }

    private static RuntimeException forbidden(String location) {
        return Refusal.forbidden(
                "the data file '%s' must be a plain file in the model's own folder, neither a link"
                                .formatted(Refusal.clip(location))
                        + " nor linked from elsewhere, and not the model file");
    }
}
