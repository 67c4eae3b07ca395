package io.matih.inference.server.cli;

import io.matih.inference.server.client.Answer;
import io.matih.inference.server.client.ClientException;
import io.matih.inference.server.client.ServingClient;
import io.matih.inference.server.settings.SettingsLoader;
import io.matih.inference.server.settings.Surroundings;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.JsonNode;

import java.net.URI;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;

/// One conversation of a command with its server: connect, call, show the answer or the error.
final class ClientSession {
    private static final String USUAL_SERVER = "http://127.0.0.1:8080";

    private final Terminal terminal;
    private final Surroundings surroundings;
    private final Clock clock;

    ClientSession(Terminal terminal, Surroundings surroundings, Clock clock) {
        this.terminal = terminal;
        this.surroundings = surroundings;
        this.clock = clock;
    }

    Terminal terminal() {
        return terminal;
    }

    Surroundings surroundings() {
        return surroundings;
    }

    Clock clock() {
        return clock;
    }

    /// @param call one or more calls (pages of one list)
    /// @param show prints the answers for people; `--json` prints them as they came
    /// @return the exit code
    int run(
            ConnectionOptions options,
            @Nullable String dataFolder,
            Function<ServingClient, List<Answer>> call,
            Consumer<List<JsonNode>> show) {
        try (var client = connect(options.server, dataFolder)) {
            var answers = call.apply(client);
            if (options.json) {
                answers.forEach(answer -> terminal.printBody(answer.body()));
            } else {
                show.accept(answers.stream().map(Answer::json).toList());
            }
            return ExitCode.OK;
        } catch (ClientException e) {
            if (options.json && e.body() != null) {
                terminal.printBody(e.body());
            }
            ErrorReport.print(e, terminal);
            return ExitCode.FAILED;
        }
    }

    ServingClient connect(ServerOptions options, @Nullable String dataFolder) {
        return new ServingClient(server(options, dataFolder), apiKey(options));
    }

    private URI server(ServerOptions options, @Nullable String dataFolder) {
        if (options.server != null) {
            return ServerUrl.of(options.server, "--server");
        }
        var variable = surroundings.environment().getOrDefault("MATIH_SERVER", "");
        if (!variable.isEmpty()) {
            return ServerUrl.of(variable, "MATIH_SERVER");
        }
        Map<String, String> flags = dataFolder == null ? Map.of() : Map.of("data.dir", dataFolder);
        return ServerAddress.recorded(SettingsLoader.dataFolder(surroundings, flags))
                .map(address -> ServerUrl.of(address.http(), "address.json"))
                .orElseGet(() -> URI.create(USUAL_SERVER));
    }

    @Nullable String apiKey(ServerOptions options) {
        if (options.apiKey != null) {
            return options.apiKey;
        }
        var variable = surroundings.environment().getOrDefault("MATIH_API_KEY", "");
        return variable.isEmpty() ? null : variable;
    }
}
