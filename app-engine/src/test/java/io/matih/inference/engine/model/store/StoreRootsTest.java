package io.matih.inference.engine.model.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

class StoreRootsTest {
    @TempDir Path temp;

    @Test
    void onlyFoldersAndBucketsAreRoots() throws IOException {
        var file = Files.writeString(temp.resolve("file"), "x").toString();
        for (var root :
                List.of(temp.resolve("absent").toString(), file, "s3:", "s3://B", "s3://b/../c")) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> StoreRoots.of(List.of(root)))
                    .withMessageContaining(root);
        }
        assertThat(StoreRoots.of(List.of("s3://models/", temp.toString())).namesBuckets()).isTrue();
    }

    @Test
    void relativePathsAreLookedUpRootByRoot() throws IOException {
        var first = Files.createDirectories(temp.resolve("first"));
        var second = Files.createDirectories(temp.resolve("second"));
        Files.writeString(first.resolve("both.onnx"), "from the first");
        Files.writeString(second.resolve("both.onnx"), "from the second");
        Files.writeString(second.resolve("one.onnx"), "from the second");
        var source = new FolderSource(StoreRoots.of(List.of(first.toString(), second.toString())));
        assertThat(content(source, "both.onnx")).isEqualTo("from the first");
        assertThat(content(source, "one.onnx")).isEqualTo("from the second");
    }

    private static String content(FolderSource source, String name) throws IOException {
        try (var content = source.open(name).open(name).orElseThrow()) {
            return new String(
                    content.stream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        }
    }

    @Test
    void s3SettingsAreWholeAndKeepTheSecret() {
        var endpoint = URI.create("http://127.0.0.1:9000");
        assertThat(new S3Settings(endpoint, "us-east-1", true, "access", "hidden").toString())
                .doesNotContain("hidden");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new S3Settings(endpoint, "us-east-1", true, "access", null));
        for (var wrong : List.of("ftp://host", "http://user@host", "file:/x", "http:/x")) {
            assertThatIllegalArgumentException()
                    .as(wrong)
                    .isThrownBy(
                            () -> new S3Settings(URI.create(wrong), "us-east-1", true, null, null));
        }
    }
}
