package io.matih.inference.engine.model.store;

import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;

import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ServingException;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// Models that clients sent as request bodies, until somebody deploys them or they grow old. A file
/// appears under its name once all of it is on disk. Any thread.
public final class Uploads {
    private static final int ID_BYTES = 16;
    private static final Pattern ID = Pattern.compile("[0-9a-f]{32}");
    private static final String ZIP = ".zip";
    private static final String FILE = ".bin";
    private static final String PARTIAL = ".part";
    private static final byte[] ZIP_MAGIC = {'P', 'K', 3, 4};

    private final Path folder;
    private final long maxBytes;
    private final SecureRandom random = new SecureRandom();

    /// @param folder made where it is not there
    /// @param maxBytes most bytes of one upload
    public Uploads(Path folder, long maxBytes) {
        this.folder = folder;
        this.maxBytes = maxBytes;
        try {
            PrivateFiles.createFolders(folder);
        } catch (IOException e) {
            throw StagingFolder.unwritable(e);
        }
    }

    /// What was taken.
    ///
    /// @param uri `upload://ID`
    /// @param sha256 lower-case hex, of the body's bytes
    public record Upload(String id, String uri, String sha256, long bytes) {}

    /// A body that is written rather than read.
    @FunctionalInterface
    public interface Body {
        /// @param target buffers nothing
        void writeTo(OutputStream target) throws IOException;
    }

    /// @param body read to its end, not closed
    /// @param contentType `application/octet-stream` or `application/zip`
    /// @throws ServingException `UNSUPPORTED_MEDIA_TYPE`, `MODEL_TOO_LARGE`, `MODEL_INVALID` for an
    ///   empty body, `ARCHIVE_UNSAFE` for a zip that is none, `CANCELLED` where the body breaks
    ///   off, `STORAGE_FAILED`
    public Upload save(InputStream body, String contentType) {
        return save(contentType, channel -> MeasuredCopy.copy(body, channel, maxBytes, maxBytes));
    }

    /// The same for a body that is written.
    public Upload save(Body body, String contentType) {
        return save(
                contentType,
                channel -> {
                    var output = new MeasuredOutput(channel, maxBytes, maxBytes);
                    body.writeTo(output);
                    return output.entry();
                });
    }

    private Upload save(String contentType, Copy copy) {
        var ending = ending(contentType);
        var id = newId();
        var partial = folder.resolve(id + PARTIAL);
        try {
            var entry = write(copy, partial);
            checkMagic(partial, ending, entry.bytes());
            Files.move(partial, folder.resolve(id + ending), ATOMIC_MOVE);
            PrivateFiles.syncFolder(folder);
            return new Upload(id, "upload://" + id, entry.sha256(), entry.bytes());
        } catch (IOException e) {
            throw StagingFolder.unwritable(e);
        } finally {
            discard(partial);
        }
    }

    /// The bytes of an upload.
    ///
    /// @throws ServingException `SOURCE_UNAVAILABLE` where it is no more, `STORAGE_FAILED`
    public InputStream open(Upload upload) {
        try {
            return Files.newInputStream(find(upload.id()).orElseThrow(UploadedFile::unknown));
        } catch (IOException e) {
            throw StagingFolder.unwritable(e);
        }
    }

    /// Removes an upload that nobody will ask for any more.
    public void remove(Upload upload) {
        find(upload.id()).ifPresent(Uploads::discard);
    }

    /// Removes uploads, and what is left of broken ones, last written before that long ago.
    ///
    /// @return how many
    public int purgeOlderThan(Duration age) {
        var limit = Instant.now().minus(age);
        int purged = 0;
        try (var files = Files.newDirectoryStream(folder)) {
            for (var file : files) {
                if (Files.getLastModifiedTime(file, LinkOption.NOFOLLOW_LINKS)
                                .toInstant()
                                .isBefore(limit)
                        && Files.deleteIfExists(file)) {
                    purged++;
                }
            }
        } catch (IOException e) {
            throw StagingFolder.unwritable(e);
        }
        return purged;
    }

    static boolean isId(String text) {
        return ID.matcher(text).matches();
    }

    /// Empty for an upload that never was, or is no more.
    Optional<Path> find(String id) {
        return Stream.of(ZIP, FILE)
                .map(ending -> folder.resolve(id + ending))
                .filter(file -> Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS))
                .findFirst();
    }

    /// Whether an upload is to be unpacked. Several formats are zip files inside, so where the
    /// operator names a format a body of unknown type is taken as it is.
    static boolean isArchive(Path upload, boolean formatGiven) throws IOException {
        return upload.toString().endsWith(ZIP) || (!formatGiven && hasZipMagic(upload));
    }

    private static String ending(String contentType) {
        return switch (contentType.split(";", 2)[0].strip().toLowerCase(Locale.ROOT)) {
            case "application/zip" -> ZIP;
            case "application/octet-stream" -> FILE;
            default ->
                    throw new ServingException(
                            ErrorCode.UNSUPPORTED_MEDIA_TYPE,
                            "an upload is application/octet-stream or application/zip, not '%s'"
                                    .formatted(ServingException.clip(contentType)));
        };
    }

    private String newId() {
        var bytes = new byte[ID_BYTES];
        random.nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    private static Inventory.Entry write(Copy copy, Path file) throws IOException {
        try (var channel = PrivateFiles.create(file)) {
            var entry = copy.to(channel);
            channel.force(true);
            return entry;
        } catch (UncheckedIOException e) {
            throw new ServingException(ErrorCode.CANCELLED, "the upload broke off", e);
        }
    }

    /// How a body gets to its file.
    private interface Copy {
        Inventory.Entry to(FileChannel channel) throws IOException;
    }

    private static void checkMagic(Path file, String ending, long bytes) throws IOException {
        if (bytes == 0) {
            throw new ServingException(ErrorCode.MODEL_INVALID, "the upload is empty");
        }
        if (ending.equals(ZIP) && !hasZipMagic(file)) {
            throw ZipArchive.refused(ErrorCode.ARCHIVE_UNSAFE, "it is no zip");
        }
    }

    private static boolean hasZipMagic(Path file) throws IOException {
        try (var channel = FileChannel.open(file)) {
            var magic = ByteBuffer.allocate(ZIP_MAGIC.length);
            while (magic.hasRemaining() && channel.read(magic) >= 0) {}
            return Arrays.equals(magic.array(), ZIP_MAGIC);
        }
    }

    private static void discard(Path partial) {
        try {
            Files.deleteIfExists(partial);
        } catch (IOException e) {
            throw StagingFolder.unwritable(e);
        }
    }
}
