package io.matih.inference.server.persistence;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;

/// The header of an H2 file (MVStore format 3): comma-separated `name:hex` fields.
///
/// H2 opens a file that was cut short as the older state that what is left makes up. A file that
/// was closed in good order says so, and says where its last chunk is: that one must be there.
///
/// @param text the header's fields
/// @param sizeBytes the whole file's size
record H2Header(String text, long sizeBytes) {
    private static final int BLOCK_BYTES = 4096;
    private static final Pattern CLEAN = Pattern.compile("(^|,)clean:1(,|$)");
    private static final Pattern LAST_CHUNK =
            Pattern.compile("(?:^|,)block:([0-9a-f]{1,15})(?:,|$)");

    static H2Header read(Path file) throws IOException {
        try (var content = Files.newInputStream(file)) {
            var block = new String(content.readNBytes(BLOCK_BYTES), StandardCharsets.ISO_8859_1);
            return new H2Header(block.lines().findFirst().orElse(""), Files.size(file));
        }
    }

    boolean isCutShort() {
        var lastChunk = LAST_CHUNK.matcher(text);
        return CLEAN.matcher(text).find()
                && lastChunk.find()
                && Long.parseLong(lastChunk.group(1), 16) >= sizeBytes / BLOCK_BYTES;
    }
}
