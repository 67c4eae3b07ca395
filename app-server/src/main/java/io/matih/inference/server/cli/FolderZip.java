package io.matih.inference.server.cli;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.List;
import java.util.stream.StreamSupport;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/// Packs a model's folder. The same files give the same bytes, so that deploying an unchanged
/// folder again changes nothing. Links are followed: model caches keep their files behind links.
final class FolderZip {
    private static final LocalDateTime SAME_FOR_ALL = LocalDateTime.of(1980, 1, 1, 0, 0);

    private FolderZip() {}

    static void write(Path folder, Path zip) throws IOException {
        try (var out = new ZipOutputStream(new BufferedOutputStream(Files.newOutputStream(zip)))) {
            // Weights hardly compress; the fastest level still shrinks what does.
            out.setLevel(Deflater.BEST_SPEED);
            for (var file : files(folder)) {
                var entry = new ZipEntry(entryName(folder.relativize(file)));
                entry.setTimeLocal(SAME_FOR_ALL);
                out.putNextEntry(entry);
                Files.copy(file, out);
                out.closeEntry();
            }
        }
    }

    private static List<Path> files(Path folder) throws IOException {
        try (var walk = Files.walk(folder, FileVisitOption.FOLLOW_LINKS)) {
            var files =
                    walk.filter(Files::isRegularFile)
                            .filter(file -> !isHidden(folder.relativize(file)))
                            .sorted()
                            .toList();
            if (files.isEmpty()) {
                throw new UsageException("the folder %s has no files".formatted(folder));
            }
            return files;
        }
    }

    private static boolean isHidden(Path relative) {
        return StreamSupport.stream(relative.spliterator(), false)
                .anyMatch(part -> part.toString().startsWith("."));
    }

    private static String entryName(Path relative) {
        return String.join(
                "/",
                StreamSupport.stream(relative.spliterator(), false).map(Path::toString).toList());
    }
}
