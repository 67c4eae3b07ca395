package io.matih.inference.server;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;

/// Endless bodies cost a real server no more than twice the limit, at any moment.
@Tag("slow")
@Timeout(180)
@EnabledOnOs(OS.LINUX)
class BodyMemoryTest {
    private static final String PREDICT = TestServer.API + "/predict";
    private static final long LIMIT_KIB = 64 << 10;
    private static final int MIB = 1 << 20;

    @TempDir private Path folder;

    @Test
    void endlessBodiesTakeNoMoreThanTwiceTheLimit() throws Exception {
        var limit = String.valueOf(LIMIT_KIB << 10);
        try (var server =
                ServerProcess.start(
                        folder.resolve("data"),
                        "--limits.max_body_bytes",
                        limit,
                        "--limits.max_predict_body_bytes",
                        limit)) {
            for (int i = 0; i < 100; i++) {
                assertThat(server.post(PREDICT, "application/json", "{}".getBytes(UTF_8)))
                        .satisfies(answer -> assertThat(answer.statusCode()).isEqualTo(400));
            }
            grows(server, "a gigabyte", "100000\r\n" + "1".repeat(MIB) + "\r\n", 1024, 413);
            grows(server, "a million chunks", "1\r\n1\r\n".repeat(1000), 1000, 400);
            assertThat(server.get("/healthz").statusCode()).isEqualTo(200);
        }
    }

    private static void grows(
            ServerProcess server, String what, String part, int times, int expectedStatus)
            throws IOException {
        var pid = server.process().pid();
        Files.writeString(Path.of("/proc/%d/clear_refs".formatted(pid)), "5"); // resets the peak
        long before = memoryKib(pid, "VmRSS");
        int status = send(server, part.getBytes(US_ASCII), times);
        long growth = memoryKib(pid, "VmHWM") - before;
        System.out.printf("%s: status %d, %d KiB more at the peak%n", what, status, growth);
        assertThat(status).as(what).isEqualTo(expectedStatus);
        assertThat(growth).as("KiB for " + what).isLessThanOrEqualTo(2 * LIMIT_KIB);
    }

    /// Sends until all is sent or the answer comes.
    private static int send(ServerProcess server, byte[] part, int times) throws IOException {
        try (var socket = new Socket(server.uri().getHost(), server.uri().getPort())) {
            var out = socket.getOutputStream();
            var in = socket.getInputStream();
            out.write(
                    "POST %s HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
                            .formatted(PREDICT, server.uri().getAuthority())
                            .getBytes(US_ASCII));
            try {
                for (int i = 0; i < times && in.available() == 0; i++) {
                    out.write(part);
                }
            } catch (IOException e) {
                // Refused and closed: the answer is there nonetheless.
            }
            var line = new BufferedReader(new InputStreamReader(in, US_ASCII)).readLine();
            return Integer.parseInt(line.split(" ", 3)[1]);
        }
    }

    private static long memoryKib(long pid, String field) throws IOException {
        return Files.readAllLines(Path.of("/proc/%d/status".formatted(pid))).stream()
                .filter(line -> line.startsWith(field + ":"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .findFirst()
                .orElseThrow();
    }
}
