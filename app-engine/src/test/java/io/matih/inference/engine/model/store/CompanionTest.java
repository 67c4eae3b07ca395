package io.matih.inference.engine.model.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.matih.inference.engine.error.ErrorCode;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;

class CompanionTest {
    @TempDir Path temp;
    private Path secret;

    @BeforeEach
    void writeSecret() throws IOException {
        secret = Files.writeString(temp.resolve("secret.bin"), "secret");
    }

    @Test
    void filesThatTheModelNamesComeAlong() {
        try (var store = new StoreFixture(temp, "m.onnx.data", "layers/0.bin")) {
            store.write("m/m.onnx", "model");
            store.write("m/m.onnx.data", "data");
            store.write("m/layers/0.bin", "layer");
            store.write("m/unrelated.bin", "other");
            try (var staged = store.fetch("m/m.onnx")) {
                var folder = staged.artifact().folder();
                assertThat(folder.resolve("m.onnx.data")).hasContent("data");
                assertThat(folder.resolve("layers/0.bin")).hasContent("layer");
                assertThat(folder.resolve("unrelated.bin")).doesNotExist();
                assertThat(staged.artifact().sizeBytes()).isEqualTo(14);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "../secret.bin",
                "a/../../secret.bin",
                "/etc/passwd",
                "C:\\x",
                "\\\\host\\x",
                "http://host/x",
                "x\0y",
                "",
                ".",
                "absent.bin",
                "m.onnx",
                "symlink.bin",
                "linked/x.bin",
                "hardlink.bin",
                "fifo.bin",
                "folder",
                "zero"
            })
    void othersAreRefused(String name) throws Exception {
        try (var store = new StoreFixture(temp, name)) {
            store.write("m.onnx", "model");
            store.write("real/x.bin", "x");
            Files.createSymbolicLink(store.root.resolve("symlink.bin"), secret);
            Files.createSymbolicLink(store.root.resolve("linked"), store.root.resolve("real"));
            Files.createLink(store.root.resolve("hardlink.bin"), secret);
            Files.createDirectory(store.root.resolve("folder"));
            if (name.equals("zero")) {
                Files.createSymbolicLink(store.root.resolve("zero"), Path.of("/dev/zero"));
            }
            FolderFetchTest.makeFifo(store.root.resolve("fifo.bin"));
            store.refusal("m.onnx", ErrorCode.EXTERNAL_DATA_FORBIDDEN);
        }
    }

    @Test
    void theyCountTowardsTheLimit() throws IOException {
        try (var store = new StoreFixture(temp, "huge.bin")) {
            store.write("m.onnx", "model");
            try (var file = new RandomAccessFile(store.root.resolve("huge.bin").toFile(), "rw")) {
                file.setLength(1L << 40);
            }
            store.refusal("m.onnx", ErrorCode.MODEL_TOO_LARGE);
        }
    }
}
