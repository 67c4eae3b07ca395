package io.matih.inference.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ServingException;
import io.matih.inference.server.settings.SettingsException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import tools.jackson.databind.json.JsonMapper;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

final class ServeCommandTest {
    @TempDir Path folder;

    private int serve(CommandRun matih, RuntimeException failure, String... flags) {
        var program =
                new Program(
                        _ -> {
                            throw failure;
                        },
                        List::of);
        var arguments = new ArrayList<>(List.of("serve"));
        arguments.addAll(List.of(flags));
        return matih.run(program, arguments.toArray(String[]::new));
    }

    @Test
    @Timeout(60)
    void itSaysOnceThatItServesAndDrainsOnSigterm() throws IOException, InterruptedException {
        var ready = folder.resolve("ready.json");
        var process =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-XX:TieredStopAtLevel=1",
                                "-cp",
                                System.getProperty("java.class.path"),
                                ServeProgram.class.getName(),
                                "serve",
                                "--data",
                                folder.resolve("data").toString(),
                                "--ready-file",
                                ready.toString())
                        .redirectErrorStream(true)
                        .start();
        try (var out = process.inputReader()) {
            assertThat(out.readLine())
                    .matches("ready http=http://127.0.0.1:4711 grpc=127.0.0.1:4712 in \\d+ ms");
            var expected =
                    "{\"http\":\"http://127.0.0.1:4711\",\"grpc\":\"127.0.0.1:4712\",\"pid\":%d}"
                            .formatted(process.pid());
            var json = JsonMapper.shared();
            assertThat(json.readTree(Files.readString(ready))).isEqualTo(json.readTree(expected));
            var address = folder.resolve("data/address.json");
            assertThat(json.readTree(Files.readString(address))).isEqualTo(json.readTree(expected));

            // Process.destroy would close the streams as well.
            assertThat(process.toHandle().destroy()).isTrue();

            assertThat(process.waitFor()).isZero();
            assertThat(out.lines()).containsExactly("drained");
            assertThat(address).doesNotExist();
        } finally {
            process.destroyForcibly();
        }
    }

    @Test
    void aSettingThatIsWrongEndsWith78() {
        var matih = new CommandRun(folder);
        assertThat(matih.run("serve", "--http.prot=1")).isEqualTo(78);
        assertThat(matih.err())
                .isEqualTo(
                        "error: there is no setting 'http.prot' (flag --http.prot); did you mean 'http.port'?\n");
        assertThat(matih.run("serve", "--http.port", "x")).isEqualTo(78);
        assertThat(matih.run("serve", "--config", "nowhere.yaml")).isEqualTo(78);
        assertThat(matih.err()).contains("there is no configuration file");
        assertThat(matih.run("serve", "--s3.secret_key", "hunter2")).isEqualTo(78);
        assertThat(matih.err()).contains("MATIH_S3_SECRET_KEY").doesNotContain("hunter2");
        assertThat(serve(matih, new SettingsException("the schema is newer"))).isEqualTo(78);
        assertThat(matih.err()).isEqualTo("error: the schema is newer\n");
    }

    @Test
    void whatIsNotThereEndsWith69AndAFaultWith70() {
        var matih = new CommandRun(folder);
        var taken = new UncheckedIOException("port 8080", new BindException("in use"));
        assertThat(serve(matih, taken)).isEqualTo(69);
        assertThat(matih.err()).contains("choose another --http.port");
        var storage = new ServingException(ErrorCode.STORAGE_FAILED, "the database is locked");
        assertThat(serve(matih, storage)).isEqualTo(69);
        assertThat(serve(matih, new IllegalStateException("a fault"))).isEqualTo(70);
        assertThat(matih.err()).startsWith("error: a fault\n").contains("ServeCommandTest");
    }

    @Test
    void whatIsNoSettingIsUsage() {
        var matih = new CommandRun(folder);
        assertThat(matih.run("serve", "now")).isEqualTo(2);
        assertThat(matih.run("serve", "--port", "1")).isEqualTo(2);
        assertThat(matih.run("serve", "--http.port")).isEqualTo(2);
        assertThat(matih.run("deply", "x")).isEqualTo(2);
        assertThat(matih.err())
                .isEqualTo(
                        "error: there is no command 'deply'; did you mean 'deploy'?\nhint: `matih --help` shows how\n");
        assertThat(matih.run()).isEqualTo(2);
    }

    @Test
    void aVariableThatIsNoSettingOnlyWarns() {
        var matih = new CommandRun(folder).with("MATIH_HTP_PORT", "1");
        assertThat(serve(matih, new IllegalStateException("reached"))).isEqualTo(70);
        assertThat(matih.err()).startsWith("warning: the environment variable MATIH_HTP_PORT");
    }

    @Test
    void anOldReadyFileIsGoneBeforeTheServerStarts() throws IOException {
        var old = Files.writeString(folder.resolve("ready.json"), "{}");
        serve(
                new CommandRun(folder),
                new IllegalStateException("x"),
                "--ready-file",
                old.toString());
        assertThat(old).doesNotExist();
    }

    @Test
    void everyCommandExplainsItself() {
        var matih = new CommandRun(folder);
        for (var command :
                List.of(
                        "demo",
                        "serve",
                        "deploy",
                        "undeploy",
                        "deployments",
                        "predict",
                        "models",
                        "doctor")) {
            assertThat(matih.run(command, "--help")).as(command).isZero();
            assertThat(matih.out()).contains("Usage: matih " + command, "Examples:", "--help");
            assertThat(matih.out().lines()).allMatch(line -> line.length() <= 100);
        }
        assertThat(matih.run("--help")).isZero();
        assertThat(matih.out()).contains("Commands:", "deployments");
    }
}
