package io.matih.inference.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.matih.inference.engine.backend.Backend.ProviderReport;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

final class DoctorCommandTest {
    private static final List<ProviderReport> PROVIDERS =
            List.of(
                    new ProviderReport("CPU", true, true, ""),
                    new ProviderReport("CUDA", true, false, "libcudart.so.12 is missing"));

    @TempDir Path folder;

    private final Program program =
            new Program(
                    _ -> {
                        throw new IllegalStateException("doctor starts nothing");
                    },
                    () -> PROVIDERS);

    private int doctor(CommandRun matih, String... flags) {
        var arguments = new String[flags.length + 5];
        System.arraycopy(
                new String[] {"doctor", "--http.port", "0", "--grpc.port", "0"},
                0,
                arguments,
                0,
                5);
        System.arraycopy(flags, 0, arguments, 5, flags.length);
        return matih.run(program, arguments);
    }

    @Test
    void aHealthyMachineIsSaidSoWithEverySetting() {
        var matih = new CommandRun(folder).with("MATIH_LOG_LEVEL", "debug");
        assertThat(doctor(matih)).isZero();
        assertThat(matih.out())
                .contains("ok      provider CPU   works\n")
                .containsPattern("model cache +models may take [0-9.]+ [KMGT]iB of the host's")
                .contains("note    provider CUDA  not used: libcudart.so.12 is missing\n")
                .containsPattern("(?m)^http\\.port +0 +flag --http\\.port$")
                .containsPattern("(?m)^log\\.level +debug +environment MATIH_LOG_LEVEL$");
        assertThat(folder.resolve("matih")).doesNotExist();
    }

    @Test
    void aDataFolderThatIsAFileIsBroken() throws IOException {
        var file = Files.writeString(folder.resolve("file"), "");
        var matih = new CommandRun(folder);
        assertThat(doctor(matih, "--data", file.toString())).isEqualTo(1);
        assertThat(matih.out()).containsPattern("BROKEN +data folder").contains("--data");
    }

    @Test
    void aTakenPortIsBroken() throws IOException {
        try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            var port = String.valueOf(taken.getLocalPort());
            var matih = new CommandRun(folder);
            assertThat(matih.run(program, "doctor", "--http.port", port, "--grpc.port", "0"))
                    .isEqualTo(1);
            assertThat(matih.out()).contains("is in use by another program", "another --http.port");

            var own = Files.createDirectories(folder.resolve("matih"));
            new ServerAddress("http://127.0.0.1:" + port, "", ProcessHandle.current().pid())
                    .write(own.resolve("address.json"));
            assertThat(matih.run(program, "doctor", "--http.port", port, "--grpc.port", "0"))
                    .isZero();
        }
    }

    @Test
    void aDatabaseThatDoesNotAnswerIsBroken() throws IOException {
        int port;
        try (var closed = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = closed.getLocalPort();
        }
        var matih = new CommandRun(folder);
        var url = "jdbc:postgresql://127.0.0.1:%d/matih?password=hunter2".formatted(port);
        assertThat(doctor(matih, "--database.url", url)).isEqualTo(1);
        assertThat(matih.out())
                .containsPattern("BROKEN +database +cannot connect")
                .doesNotContain("hunter2");
    }

    @Test
    void settingsThatAreWrongAreAFindingAndJsonIsForScripts() {
        var matih = new CommandRun(folder);
        assertThat(doctor(matih, "--log.level", "loud", "--json")).isEqualTo(1);
        var json = JsonArgument.JSON.readTree(matih.out());
        assertThat(
                        json.path("checks")
                                .get(json.path("checks").size() - 1)
                                .path("text")
                                .stringValue())
                .isEqualTo(
                        "log.level is 'loud' (flag --log.level): allowed is one of error, warn, info, debug, trace");
    }
}
