package io.matih.inference.server.persistence;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.Set;

/// Files and folders that only the server's own user may open. Where the file system has no such
/// modes, what its folder says holds.
final class OwnerOnly {
    private static final Set<PosixFilePermission> FOLDER =
            PosixFilePermissions.fromString("rwx------");
    private static final Set<PosixFilePermission> FILE =
            PosixFilePermissions.fromString("rw-------");

    private OwnerOnly() {}

    /// Makes a folder and what it lies in, or tightens one that is there.
    static Path folder(Path folder) throws IOException {
        Files.createDirectories(folder, attributes(folder, FOLDER));
        tighten(folder, FOLDER);
        return folder;
    }

    static void emptyFile(Path file) throws IOException {
        Files.createFile(file, attributes(file, FILE));
    }

    static void tightenFile(Path file) throws IOException {
        tighten(file, FILE);
    }

    /// Writes a file that is there whole or not at all, also after power loss.
    static void write(Path file, String text) throws IOException {
        var half = file.resolveSibling(file.getFileName() + ".part");
        Files.deleteIfExists(half);
        var options = EnumSet.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        try (var channel = FileChannel.open(half, options, attributes(half, FILE))) {
            var bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
        }
        move(half, file);
    }

    /// Renames within a folder, durably.
    static void move(Path from, Path to) throws IOException {
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        if (hasModes(to)) {
            try (var folder =
                    FileChannel.open(to.toAbsolutePath().getParent(), StandardOpenOption.READ)) {
                folder.force(true);
            }
        }
    }

    static void sync(Path file) throws IOException {
        try (var channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
    }

    static boolean isOpenToOthers(Path file) throws IOException {
        return hasModes(file) && !FILE.containsAll(Files.getPosixFilePermissions(file));
    }

    private static void tighten(Path path, Set<PosixFilePermission> modes) throws IOException {
        if (hasModes(path) && !modes.containsAll(Files.getPosixFilePermissions(path))) {
            Files.setPosixFilePermissions(path, modes);
        }
    }

    private static FileAttribute<?>[] attributes(Path path, Set<PosixFilePermission> modes) {
        return hasModes(path)
                ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(modes)}
                : new FileAttribute<?>[0];
    }

    private static boolean hasModes(Path path) {
        return path.getFileSystem().supportedFileAttributeViews().contains("posix");
    }
}
