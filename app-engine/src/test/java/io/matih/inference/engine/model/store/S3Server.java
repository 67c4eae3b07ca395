package io.matih.inference.engine.model.store;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Path;
import java.util.Objects;
import java.util.stream.Collectors;

/// A real S3 server with the buckets `models` and `data`, which the script in `.ci/backends`
/// installs and starts.
public final class S3Server implements AutoCloseable {
    private final Path run;
    private final S3Settings settings;

    private S3Server(Path run, S3Settings settings) {
        this.run = run;
        this.settings = settings;
    }

    /// @param run a folder for its data
    public static S3Server start(Path run) {
        var addresses =
                script(run, "up")
                        .lines()
                        .map(line -> line.split("=", 2))
                        .collect(Collectors.toMap(parts -> parts[0], parts -> parts[1]));
        return new S3Server(
                run,
                new S3Settings(
                        URI.create(Objects.requireNonNull(addresses.get("S3_ENDPOINT"))),
                        Objects.requireNonNull(addresses.get("S3_REGION")),
                        true,
                        Objects.requireNonNull(addresses.get("S3_ACCESS_KEY")),
                        Objects.requireNonNull(addresses.get("S3_SECRET_KEY"))));
    }

    public S3Settings settings() {
        return settings;
    }

    public void put(String bucket, String key, byte[] content) {
        var credentials = AwsBasicCredentials.create(settings.accessKey(), settings.secretKey());
        try (var client =
                S3Client.builder()
                        .endpointOverride(settings.endpoint())
                        .region(Region.of(settings.region()))
                        .forcePathStyle(true)
                        .httpClientBuilder(Apache5HttpClient.builder())
                        .credentialsProvider(StaticCredentialsProvider.create(credentials))
                        .build()) {
            client.putObject(
                    request -> request.bucket(bucket).key(key), RequestBody.fromBytes(content));
        }
    }

    private static String script(Path run, String command) {
        try {
            var script = Path.of("..", ".ci", "backends", "s3.sh").toRealPath();
            var builder =
                    new ProcessBuilder("bash", script.toString(), command)
                            .redirectError(ProcessBuilder.Redirect.INHERIT);
            builder.environment().put("S3_PORT", String.valueOf(freePort()));
            builder.environment().put("BACKENDS_RUN", run.toString());
            var process = builder.start();
            var printed = new String(process.getInputStream().readAllBytes(), UTF_8);
            assertThat(process.waitFor()).isZero();
            return printed;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    @Override
    public void close() {
        script(run, "down");
    }
}
