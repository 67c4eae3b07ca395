package io.matih.inference.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.matih.inference.server.TestServer;
import io.matih.inference.server.triton.ModelFolder;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// `matih deploy` on Triton's folders, against a real server.
class ModelFolderDeployTest {
    @TempDir private Path folder;
    private TestServer server;
    private CommandRun matih;

    @BeforeEach
    void start() {
        server = TestServer.start(folder.resolve("data"));
        matih = new CommandRun(folder).with("MATIH_SERVER", server.url());
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void aModelsFolderIsDeployedUnderItsOwnName() {
        ModelFolder.of("iris", "max_batch_size: 4 metric_tags { key: \"a\" value: \"b\" }")
                .model(2, "iris")
                .write(folder.resolve("iris"));
        assertThat(matih.run("deploy", "iris/")).as(matih.err()).isZero();
        assertThat(matih.out())
                .isEqualTo(
                        """
                        iris version 2 is READY on cpu (onnxruntime)
                        note  iris: metric_tags means nothing here: metrics have the model's name and version only
                        """);
        assertThat(server.predict("{\"model\":\"iris\",\"instances\":[[1,2,3,4]]}").status())
                .isEqualTo(200);
    }

    @Test
    void ofARepositoryEveryModelThatCanBeIsServed() {
        var repository = folder.resolve("repository");
        ModelFolder.of("iris", "max_batch_size: 4").write(repository.resolve("iris"));
        ModelFolder.of("iris", "sequence_batching { }").write(repository.resolve("sequence"));
        new ModelFolder().model(3, "constant_7").write(repository.resolve("seven"));
        new ModelFolder().file("readme.txt", "no model").write(repository.resolve("docs"));
        assertThat(matih.run("deploy", "--repository", "repository")).isEqualTo(1);
        assertThat(matih.out())
                .isEqualTo(
                        """
                        MODEL     VERSION  STATE   REASON
                        iris            1  READY
                        sequence           FAILED  config.pbtxt: sequence_batching is not supported: sequences of requests are not kept together here
                        seven           3  READY
                        """);
        assertThat(matih.run("deploy", "repository", "--json")).isEqualTo(1);
        var models = JsonArgument.JSON.readTree(matih.out()).get("models");
        assertThat(models.at("/0/deployment/revision").intValue()).isEqualTo(1);
        assertThat(models.at("/1/failure/code").stringValue()).isEqualTo("UNSUPPORTED");
    }

    @Test
    void whatIsNoFolderOfModelsIsSaidSo() throws IOException {
        Files.createDirectories(folder.resolve("empty"));
        assertThat(matih.run("deploy", "empty")).isEqualTo(2);
        assertThat(matih.err()).contains("has no model folders (config.pbtxt, 1/model.onnx) in it");
        assertThat(matih.run("deploy", "absent")).isEqualTo(2);
        assertThat(matih.err()).contains("a model file needs a NAME before it");
        assertThat(matih.run("deploy")).isEqualTo(2);
        assertThat(matih.run("deploy", "name", "--repository", "empty")).isEqualTo(2);
    }
}
