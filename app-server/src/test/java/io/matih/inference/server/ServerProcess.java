package io.matih.inference.server;

import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// The server as a process of its own, to be killed.
final class ServerProcess implements AutoCloseable {
    private static final Duration START_LIMIT = Duration.ofSeconds(60);

    private final Process process;
    private final String url;
    private final Path log;
    private final HttpClient http = HttpClient.newHttpClient();

    private ServerProcess(Process process, String url, Path log) {
        this.process = process;
        this.url = url;
        this.log = log;
    }

    static ServerProcess start(Path data, String... flags)
            throws IOException, InterruptedException {
        return startUnder(List.of(), data, flags);
    }

    /// @param watcher a command that runs the command that follows it
    static ServerProcess startUnder(List<String> watcher, Path data, String... flags)
            throws IOException, InterruptedException {
        var ready = data.resolveSibling(data.getFileName() + ".ready.json");
        Files.deleteIfExists(ready);
        var log = data.resolveSibling(data.getFileName() + ".log");
        var process = launch(watcher, data, log, ready, flags);
        long deadline = System.nanoTime() + START_LIMIT.toNanos();
        while (!Files.exists(ready)) {
            if (!process.isAlive() || System.nanoTime() > deadline) {
                process.destroyForcibly();
                throw new IllegalStateException("no server: " + Files.readString(log));
            }
            process.waitFor(20, TimeUnit.MILLISECONDS);
        }
        var url = TestServer.JSON.readTree(Files.readString(ready)).get("http").stringValue();
        return new ServerProcess(process, url, log);
    }

    /// Starts the program and does not wait for it to serve.
    static Process launch(Path data, Path log, Path ready, String... flags) throws IOException {
        return launch(List.of(), data, log, ready, flags);
    }

    private static Process launch(
            List<String> watcher, Path data, Path log, Path ready, String... flags)
            throws IOException {
        var command = new ArrayList<>(watcher);
        command.addAll(
                List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Main.class.getName(),
                        "serve",
                        "--data",
                        data.toString(),
                        "--http.port",
                        "0",
                        "--grpc.port",
                        "0",
                        "--ready-file",
                        ready.toString()));
        command.addAll(List.of(flags));
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.to(log.toFile()))
                .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
                .start();
    }

    HttpResponse<String> post(String path, String type, byte[] body)
            throws IOException, InterruptedException {
        return http.send(
                HttpRequest.newBuilder(URI.create(url + path))
                        .header("Content-Type", type)
                        .timeout(Duration.ofSeconds(60))
                        .POST(BodyPublishers.ofByteArray(body))
                        .build(),
                BodyHandlers.ofString());
    }

    HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return http.send(
                HttpRequest.newBuilder(URI.create(url + path)).build(), BodyHandlers.ofString());
    }

    URI uri() {
        return URI.create(url);
    }

    String log() throws IOException {
        return Files.readString(log);
    }

    Process process() {
        return process;
    }

    /// As `kill -9` does.
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    @Override
    public void close() {
        process.destroyForcibly().onExit().join();
        http.close();
    }
}
