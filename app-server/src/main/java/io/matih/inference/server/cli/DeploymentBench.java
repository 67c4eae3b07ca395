package io.matih.inference.server.cli;

import io.matih.inference.server.bench.ExpectedAnswer;
import io.matih.inference.server.bench.LoadGenerator;
import io.matih.inference.server.bench.LoadPlan;
import io.matih.inference.server.bench.LoadReport;
import io.matih.inference.server.bench.LoadRequest;
import io.matih.inference.server.bench.RandomInputs;
import io.matih.inference.server.client.ClientException;
import io.matih.inference.server.client.ServingClient;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.JsonNode;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// `matih bench NAME`: asks once for each request's answer, then puts the load on.
final class DeploymentBench {
    private static final String PREDICT = "/api/v1/inference/predict";
    private static final int USUAL_PORT = 80;

    /// Different requests, so that an answer meant for another one is seen.
    private static final int VARIANTS = 16;

    private static final int MOST_ROWS = 65_536;

    private final ClientSession session;
    private final LoadOptions options;
    private final boolean json;

    DeploymentBench(ClientSession session, LoadOptions options, boolean json) {
        this.session = session;
        this.options = options;
        this.json = json;
    }

    int run(String name, ServerOptions server, @Nullable String dataFolder)
            throws IOException, InterruptedException {
        try (var client = session.connect(server, dataFolder)) {
            var plan = plan(name, client, session.apiKey(server));
            return measure(name, plan);
        } catch (ClientException e) {
            ErrorReport.print(e, session.terminal());
            return ExitCode.FAILED;
        }
    }

    private LoadPlan plan(String name, ServingClient client, @Nullable String apiKey) {
        var url = client.server();
        if (!"http".equals(url.getScheme())) {
            throw new UsageException("bench speaks plain HTTP, not " + url.getScheme());
        }
        var requests = new ArrayList<LoadRequest>();
        for (var body : bodies(name, client)) {
            var expected = ExpectedAnswer.of(bytes(client.predict(body).body()));
            requests.add(
                    LoadRequest.post(
                            URI.create(url + PREDICT), apiKey, bytes(body.toString()), expected));
        }
        int port = url.getPort() < 0 ? USUAL_PORT : url.getPort();
        return options.plan(new InetSocketAddress(url.getHost(), port), requests);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private List<? extends JsonNode> bodies(String name, ServingClient client) {
        if (options.data != null && options.input != null) {
            throw new UsageException("--data and --input exclude each other");
        }
        if (options.data != null) {
            return List.of(PredictRequests.of(name, JsonArgument.parse(options.data, "--data")));
        }
        if (options.input != null) {
            var file = session.surroundings().workingFolder().resolve(options.input);
            var data = JsonArgument.parse(JsonArgument.file(file, "--input"), "--input");
            return List.of(PredictRequests.of(name, data));
        }
        LoadOptions.within("--rows", options.rows, 1, MOST_ROWS);
        var random = new RandomInputs(client.deployment(name).json(), options.rows);
        if (!random.isPossible()) {
            throw new UsageException(
                    "'%s' serves nothing yet: give the rows by --data".formatted(name));
        }
        var bodies = new ArrayList<JsonNode>();
        for (int i = 0; i < VARIANTS; i++) {
            bodies.add(random.next());
        }
        return bodies;
    }

    private int measure(String name, LoadPlan plan) throws IOException, InterruptedException {
        var terminal = session.terminal();
        var view = new LoadView(terminal, name, plan);
        LoadReport report;
        try {
            report = LoadGenerator.run(plan, json ? _ -> {} : view);
        } finally {
            view.clear();
        }
        if (json) {
            terminal.out().println(LoadJson.of(name, plan, report));
        } else {
            new LoadResult(terminal).print(name, plan, report);
        }
        boolean good = report.wrong() == 0 && report.accepted().getTotalCount() > 0;
        return good ? ExitCode.OK : ExitCode.FAILED;
    }
}
