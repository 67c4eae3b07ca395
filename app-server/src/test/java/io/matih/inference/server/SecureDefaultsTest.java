package io.matih.inference.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/// What holds before anybody configures anything.
class SecureDefaultsTest {
    @TempDir private Path folder;

    /// Row 104: refuses to start with one line that says why, and exit code 78.
    @ParameterizedTest
    @CsvSource({
        "--http.host,0.0.0.0,http.host",
        "--auth.mode,api-key,auth.mode",
        "--http.prot,9000,http.port",
        "--http.port,99999,http.port"
    })
    void aConfigurationThatCannotHoldIsRefused(String flag, String value, String names)
            throws Exception {
        var data = folder.resolve("data");
        var log = folder.resolve("log");
        var process = ServerProcess.launch(data, log, folder.resolve("ready"), flag, value);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        var output = Files.readString(log);
        assertThat(process.exitValue()).as(output).isEqualTo(78);
        assertThat(output).contains(names).doesNotContain("\tat ");
        assertThat(output.lines().count()).as(output).isLessThanOrEqualTo(2);
        assertThat(data.resolve("database")).doesNotExist();
    }

    @Test
    void aSecondServerOnTheSameDataFolderIsRefused() throws Exception {
        var data = folder.resolve("data");
        try (var _ = TestServer.start(data)) {
            var log = folder.resolve("log");
            var process = ServerProcess.launch(data, log, folder.resolve("ready"));
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).as(Files.readString(log)).isEqualTo(69);
        }
    }

    @Test
    void grpcTellsThatItServes() throws Exception {
        try (var server = TestServer.start(folder)) {
            var channel =
                    NettyChannelBuilder.forTarget(server.server().grpcAddress())
                            .usePlaintext()
                            .build();
            try {
                var answer =
                        HealthGrpc.newBlockingStub(channel)
                                .withDeadlineAfter(10, TimeUnit.SECONDS)
                                .check(HealthCheckRequest.getDefaultInstance());
                assertThat(answer.getStatus()).isEqualTo(ServingStatus.SERVING);
            } finally {
                channel.shutdownNow();
            }
        }
    }

    /// SIGTERM drains and ends with 0; everything is on loopback.
    @Test
    void aTerminatedServerEndsWithZero() throws Exception {
        try (var server = ServerProcess.start(folder.resolve("data"))) {
            assertThat(server.get("/healthz").body()).contains("ok");
            server.process().destroy();
            assertThat(server.process().waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(server.process().exitValue()).as(server.log()).isZero();
            assertThat(server.log()).contains("ready http=http://127.0.0.1:", " grpc=127.0.0.1:");
        }
    }
}
