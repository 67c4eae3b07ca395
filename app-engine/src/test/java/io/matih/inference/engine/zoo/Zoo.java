package io.matih.inference.engine.zoo;

import io.matih.inference.engine.model.ModelArtifact;
import io.matih.inference.engine.model.ModelFormat;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;

/// The models that tests run: real ONNX files, each with cases whose answers are known.
public final class Zoo {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private Zoo() {}

    /// All models that load.
    public static List<String> names() {
        return json("/models/index.json").get("models").valueStream()
                .map(model -> model.get("name").stringValue())
                .toList();
    }

    /// A model's file as an artifact in a new folder below `parent`.
    public static ModelArtifact artifact(String name, Path parent) {
        return artifact(bytes("/models/%s/model.onnx".formatted(name)), parent);
    }

    /// A file of `models/broken` as an artifact in a new folder below `parent`.
    public static ModelArtifact broken(String file, Path parent) {
        return artifact(bytes("/models/broken/" + file), parent);
    }

    public static ModelArtifact artifact(byte[] model, Path parent) {
        try {
            var folder = Files.createTempDirectory(parent, "model").toRealPath();
            Files.write(folder.resolve("model.onnx"), model);
            return new ModelArtifact(
                    sha256(model), ModelFormat.ONNX, folder, "model.onnx", model.length);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static JsonNode json(String resource) {
        return JSON.readTree(bytes(resource));
    }

    private static byte[] bytes(String resource) {
        try (InputStream in = Zoo.class.getResourceAsStream(resource)) {
            return Objects.requireNonNull(in, resource).readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
