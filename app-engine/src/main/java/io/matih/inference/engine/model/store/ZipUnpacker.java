package io.matih.inference.engine.model.store;

import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ServingException;

import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/// Unpacks a staged zip archive beside itself. Every entry is judged before the first byte is
/// inflated; what is inflated is counted.
final class ZipUnpacker {
    private static final long FREE_BYTES = 1 << 20;
    private static final int MAX_RATIO = 100;

    private ZipUnpacker() {}

    /// Says which of an archive's files are wanted.
    interface Selector {
        FolderSelection select(List<String> names, FolderSelection.Opener opener);
    }

    /// @return what was selected, and unpacked
    /// @throws ServingException `ARCHIVE_UNSAFE`, `ARCHIVE_LIMIT`, `MODEL_TOO_LARGE`, and what the
    ///   selector throws
    static FolderSelection unpack(StagingFolder folder, Selector selector) {
        try (var archive = ZipArchive.open(folder.archive())) {
            check(archive.members());
            var files = new LinkedHashMap<String, ZipMember>();
            archive.members().stream()
                    .filter(member -> !member.isFolder() && !FileName.isLitter(member.name()))
                    .forEach(member -> files.put(member.name(), member));
            var selection =
                    selector.select(
                            List.copyOf(files.keySet()),
                            name -> archive.stream(Objects.requireNonNull(files.get(name))));
            for (var member : files.values()) {
                var kept = selection.nameOf(member.name());
                if (kept.isPresent()) {
                    try (var stream = archive.stream(member)) {
                        folder.add(kept.get(), new Content(stream, member.bytes()));
                    }
                }
            }
            return selection;
        } catch (IOException e) {
            throw StagingFolder.unwritable(e);
        }
    }

    private static void check(List<ZipMember> members) {
        var files = new HashSet<String>();
        var spellings = new HashMap<String, String>();
        for (var member : members) {
            checkAlone(member);
            if (!member.isFolder() && !files.add(member.path())) {
                throw refused(ErrorCode.ARCHIVE_UNSAFE, member, "is there twice");
            }
            checkSpelling(member, spellings);
        }
        checkParents(members, files);
        checkRatio(members);
    }

    private static void checkAlone(ZipMember member) {
        if (member.isEncrypted()) {
            throw refused(ErrorCode.ARCHIVE_UNSAFE, member, "is encrypted");
        }
        if (!member.isPlain()) {
            throw refused(ErrorCode.ARCHIVE_UNSAFE, member, "is a link or a device");
        }
        if (!FileName.isSafe(member.path()) && !FileName.isLitter(member.path())) {
            throw refused(
                    ErrorCode.ARCHIVE_UNSAFE, member, "is named otherwise than " + FileName.RULE);
        }
        if (member.method() != ZipMember.STORED && member.method() != ZipMember.DEFLATED) {
            throw refused(ErrorCode.ARCHIVE_UNSAFE, member, "is neither stored nor deflated");
        }
        if (member.isFolder() && member.bytes() != 0) {
            throw refused(ErrorCode.ARCHIVE_UNSAFE, member, "is a folder with content");
        }
        if (member.name().toLowerCase(Locale.ROOT).endsWith(".zip")) {
            throw refused(ErrorCode.ARCHIVE_LIMIT, member, "is an archive in an archive");
        }
    }

    /// Where a file system does not tell case apart, one of two spellings would replace the other.
    private static void checkSpelling(ZipMember member, Map<String, String> spellings) {
        for (var path = member.path(); !path.isEmpty(); path = parent(path)) {
            var other = spellings.putIfAbsent(path.toLowerCase(Locale.ROOT), path);
            if (other != null && !other.equals(path)) {
                throw refused(
                        ErrorCode.ARCHIVE_UNSAFE, member, "differs from another only by case");
            }
        }
    }

    private static void checkParents(List<ZipMember> members, Set<String> files) {
        for (var member : members) {
            if (member.isFolder() && files.contains(member.path())) {
                throw refused(ErrorCode.ARCHIVE_UNSAFE, member, "is both file and folder");
            }
            for (var path = parent(member.path()); !path.isEmpty(); path = parent(path)) {
                if (files.contains(path)) {
                    throw refused(ErrorCode.ARCHIVE_UNSAFE, member, "lies in a file");
                }
            }
        }
    }

    private static String parent(String path) {
        return path.substring(0, Math.max(0, path.lastIndexOf('/')));
    }

    /// By the sizes the entries admit to, which inflating then holds them to.
    private static void checkRatio(List<ZipMember> members) {
        long compressed = members.stream().mapToLong(ZipMember::compressedBytes).sum();
        long inflated = members.stream().mapToLong(ZipMember::bytes).sum();
        if (inflated > FREE_BYTES && inflated > MAX_RATIO * compressed) {
            throw ZipArchive.refused(
                    ErrorCode.ARCHIVE_LIMIT,
                    "%d bytes become %d, more than %d times as many"
                            .formatted(compressed, inflated, MAX_RATIO));
        }
    }

    private static ServingException refused(ErrorCode code, ZipMember member, String reason) {
        return ZipArchive.refused(
                code, "entry '%s' %s".formatted(ServingException.clip(member.name()), reason));
    }
}
