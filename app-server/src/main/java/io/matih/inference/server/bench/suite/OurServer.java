package io.matih.inference.server.bench.suite;

import io.matih.inference.server.client.ServingClient;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;

/// The product in a process of its own, on an empty data folder, with its usual settings.
final class OurServer implements AutoCloseable {
    private static final String MAIN = "io.matih.inference.server.Main";
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final Pattern READY = Pattern.compile("ready http=(\\S+) grpc=(\\S+) in ");

    private final ChildJvm child;
    private final ServingClient client;
    private final String grpcAddress;

    OurServer(Path folder) throws IOException {
        child =
                new ChildJvm(
                        folder.resolve("server.log"),
                        MAIN,
                        List.of(
                                "serve",
                                "--data",
                                folder.resolve("data").toString(),
                                "--http.port",
                                "0",
                                "--grpc.port",
                                "0",
                                "--log.level",
                                "warn"));
        try {
            var ready = READY.matcher(readyLine());
            if (!ready.find()) {
                throw child.failure("the server does not say where it is");
            }
            client = new ServingClient(URI.create(ready.group(1)), null);
            grpcAddress = ready.group(2);
        } catch (IOException | RuntimeException e) {
            child.close();
            throw e;
        }
    }

    private String readyLine() throws IOException {
        var lines = child.process().inputReader();
        for (var line = lines.readLine(); line != null; line = lines.readLine()) {
            if (line.startsWith("ready ")) {
                return line;
            }
        }
        throw child.failure("the server did not start");
    }

    /// Host and port.
    String grpcAddress() {
        return grpcAddress;
    }

    URI predictUrl() {
        return url(Yardsticks.PATH);
    }

    URI url(String path) {
        return URI.create(client.server() + path);
    }

    /// Deploys, or takes the place of what is deployed under that name.
    ///
    /// @param config the deploy's `config`; absent for the usual one
    /// @return the version that serves
    String deploy(String name, Path model, @Nullable JsonNode config) {
        var uri = client.upload(model, false, _ -> {}).json().get("uri").stringValue();
        return deploy(name, uri, config);
    }

    String deploy(String name, String uri, @Nullable JsonNode config) {
        var request = JSON.createObjectNode().put("name", name).put("replace", true);
        request.putObject("source").put("uri", uri);
        if (config != null) {
            request.set("config", config);
        }
        return client.deploy(request).json().path("version").asString("");
    }

    void undeploy(String name) {
        client.undeploy(JSON.createObjectNode().put("name", name));
    }

    /// @return the body of the answer
    byte[] predict(byte[] request) {
        return client.predict(JSON.readTree(request)).body().getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        client.close();
        child.close();
    }
}
