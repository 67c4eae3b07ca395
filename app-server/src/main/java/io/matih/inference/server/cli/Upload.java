package io.matih.inference.server.cli;

import io.matih.inference.server.client.ServingClient;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// Sends a local model to the server; a folder travels as a zip.
final class Upload {
    private final ServingClient client;
    private final Terminal terminal;

    Upload(ServingClient client, Terminal terminal) {
        this.client = client;
        this.terminal = terminal;
    }

    /// @return the `upload://` URI that deploy takes
    String send(ModelArgument.Local model) {
        if (!Files.isDirectory(model.path())) {
            return send(model.path(), model.name(), model.isZip());
        }
        try {
            var zip = Files.createTempFile("matih-upload", ".zip");
            try {
                FolderZip.write(model.path(), zip);
                return send(zip, model.name() + ".zip", true);
            } finally {
                Files.deleteIfExists(zip);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot pack the folder " + model.path(), e);
        }
    }

    private String send(Path file, String name, boolean zip) {
        var progress = new UploadProgress(terminal, name, sizeOf(file));
        try {
            return client.upload(file, zip, progress).json().path("uri").stringValue("");
        } finally {
            progress.clear();
        }
    }

    private static long sizeOf(Path file) {
        try {
            return Files.size(file);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file, e);
        }
    }
}
