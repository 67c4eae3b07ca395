package io.matih.inference.server.triton;

import io.matih.inference.server.TestServer;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/// A model's folder as Triton's users have it: files by relative name.
public final class ModelFolder {
    private final TreeMap<String, byte[]> files = new TreeMap<>();

    public static ModelFolder of(String zooName, String config) {
        return new ModelFolder().model(1, zooName).file("config.pbtxt", config);
    }

    public ModelFolder model(int version, String zooName) {
        files.put(version + "/model.onnx", TestServer.model(zooName));
        return this;
    }

    public ModelFolder file(String name, String content) {
        files.put(name, content.getBytes(StandardCharsets.UTF_8));
        return this;
    }

    /// Everything moved from one folder to another.
    public ModelFolder moved(String from, String to) {
        var moved = new ModelFolder();
        files.forEach(
                (name, bytes) ->
                        moved.files.put(
                                name.startsWith(from) ? to + name.substring(from.length()) : name,
                                bytes));
        return moved;
    }

    public ModelFolder with(ModelFolder other) {
        files.putAll(other.files);
        return this;
    }

    public Path write(Path folder) {
        files.forEach(
                (name, bytes) -> {
                    try {
                        var file = folder.resolve(name);
                        Files.createDirectories(file.getParent());
                        Files.write(file, bytes);
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                });
        return folder;
    }

    public byte[] zip() {
        var bytes = new ByteArrayOutputStream();
        try (var zip = new ZipOutputStream(bytes)) {
            for (var file : files.entrySet()) {
                zip.putNextEntry(new ZipEntry(file.getKey()));
                zip.write(file.getValue());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }
}
