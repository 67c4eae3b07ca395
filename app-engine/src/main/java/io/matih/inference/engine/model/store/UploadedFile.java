package io.matih.inference.engine.model.store;

import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ServingException;
import io.matih.inference.engine.model.ModelFormat;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// An upload as a source: one file without a name of its own, so it is called what it is. Where
/// nobody says what it is, it is taken for ONNX, and examined as such.
record UploadedFile(Path file, String name) implements SourceFiles {
    static SourceFiles of(Uploads uploads, String id, @Nullable ModelFormat format) {
        var file = uploads.find(id).orElseThrow(UploadedFile::unknown);
        try {
            var archive = Uploads.isArchive(file, format != null);
            var ending = format == null ? ModelFormat.ONNX.wireName() : format.wireName();
            return new UploadedFile(file, archive ? "model.zip" : "model." + ending);
        } catch (IOException e) {
            throw unknown();
        }
    }

    @Override
    public boolean isFolder() {
        return false;
    }

    @Override
    public List<String> names() {
        return List.of(name);
    }

    /// Files beside an upload are other people's uploads, never parts of it.
    @Override
    public Optional<Content> open(String wanted) throws IOException {
        return wanted.equals(name)
                ? Optional.of(new Content(Files.newInputStream(file), Files.size(file)))
                : Optional.empty();
    }

    @Override
    public ServingException refused() {
        return unknown();
    }

    static ServingException unknown() {
        return new ServingException(
                ErrorCode.SOURCE_UNAVAILABLE,
                "source.uri names no upload, or one that has been removed for its age");
    }
}
