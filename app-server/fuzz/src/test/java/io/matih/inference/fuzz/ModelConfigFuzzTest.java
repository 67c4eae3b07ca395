package io.matih.inference.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;

import io.matih.inference.engine.error.ServingException;
import io.matih.inference.engine.model.FolderConfigReader.Files;
import io.matih.inference.engine.model.ModelSource;
import io.matih.inference.server.triton.ConfigJson;
import io.matih.inference.server.triton.TritonFolders;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/// Configurations in Triton's language, in both of its forms.
class ModelConfigFuzzTest {
    private static final ModelSource SOURCE = new ModelSource("uploads:x", null, null);

    @FuzzTest
    void text(byte[] content) {
        try {
            var config = new TritonFolders().read(new Folder(content), SOURCE).orElseThrow();
            config.check(Target.METADATA);
        } catch (ServingException _) {
            // Refused, as it may be.
        }
    }

    @FuzzTest
    void json(byte[] content) {
        try {
            var config = ConfigJson.read(new String(content, StandardCharsets.UTF_8));
            config.toConfig(Map.of());
            // What was read as JSON is kept as a file of the other form.
            text(config.toFile());
        } catch (ServingException _) {
            // Refused, as it may be.
        }
    }

    /// A model with its configuration, and a file of labels.
    private static final class Folder implements Files {
        private final byte[] config;

        Folder(byte[] config) {
            this.config = config;
        }

        @Override
        public List<String> names() {
            return List.of("config.pbtxt", "labels.txt", "1/model.onnx", "3/model.onnx");
        }

        @Override
        public byte[] read(String name, int maxBytes) {
            return name.equals("config.pbtxt")
                    ? config
                    : "zero\none\ntwo\n".getBytes(StandardCharsets.UTF_8);
        }
    }
}
