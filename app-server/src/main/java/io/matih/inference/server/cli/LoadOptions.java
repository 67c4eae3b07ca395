package io.matih.inference.server.cli;

import io.matih.inference.server.bench.Arrivals;
import io.matih.inference.server.bench.LoadPlan;
import io.matih.inference.server.bench.LoadRequest;
import io.matih.inference.server.settings.Quantities;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Option;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/// The load that `matih bench NAME` makes.
final class LoadOptions {
    private static final int MOST_CONNECTIONS = 10_000;
    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    @Option(
            names = "--data",
            paramLabel = "JSON",
            description = "What to send, as `matih predict` takes it (default: random rows)")
    @Nullable String data;

    @Option(names = "--input", paramLabel = "FILE", description = "File with what to send")
    @Nullable Path input;

    @Option(
            names = "--rows",
            paramLabel = "N",
            description = "Random rows in each request (default: 1)")
    int rows = 1;

    @Option(
            names = "--connections",
            paramLabel = "N",
            description = "Connections; with --rate the most that are busy at once (default: 64)")
    int connections = 64;

    @Option(
            names = "--duration",
            paramLabel = "TIME",
            description = "How long to measure: 500ms, 10s, 2m (default: 10s)")
    String duration = "10s";

    @Option(
            names = "--warmup",
            paramLabel = "TIME",
            description = "Load before that, which does not count (default: 3s)")
    String warmup = "3s";

    @Option(
            names = "--rate",
            paramLabel = "R",
            description = "Requests a second, whatever the answers do (default: none)")
    @Nullable Double rate;

    @Option(
            names = "--arrivals",
            paramLabel = "KIND",
            description = "With --rate: poisson or uniform (default: poisson)")
    String arrivals = "poisson";

    @Option(
            names = "--check",
            paramLabel = "PERCENT",
            description = "Share of the answers to compare (default: 100)")
    int check = 100;

    LoadPlan plan(InetSocketAddress server, List<LoadRequest> requests) {
        within("--connections", connections, 1, MOST_CONNECTIONS);
        within("--check", check, 0, 100);
        return new LoadPlan(
                server,
                requests,
                connections,
                pace(),
                time("--warmup", warmup, true),
                time("--duration", duration, false),
                TIMEOUT,
                check);
    }

    private LoadPlan.@Nullable Pace pace() {
        if (rate == null) {
            return null;
        }
        if (!(rate > 0 && rate <= 1e7)) {
            throw new UsageException("--rate is %s: expected requests a second".formatted(rate));
        }
        return new LoadPlan.Pace(
                rate,
                switch (arrivals.toLowerCase(Locale.ROOT)) {
                    case "poisson" -> Arrivals.POISSON;
                    case "uniform" -> Arrivals.UNIFORM;
                    default ->
                            throw new UsageException(
                                    "--arrivals is '%s': expected poisson or uniform"
                                            .formatted(arrivals));
                });
    }

    static void within(String option, int value, int least, int most) {
        if (value < least || value > most) {
            throw new UsageException(
                    "%s is %d: expected %d to %d".formatted(option, value, least, most));
        }
    }

    private static Duration time(String option, String text, boolean mayBeZero) {
        return Quantities.duration(text)
                .filter(time -> time.isPositive() || (mayBeZero && time.isZero()))
                .orElseThrow(
                        () ->
                                new UsageException(
                                        "%s is '%s': expected a time such as 500ms, 10s or 2m"
                                                .formatted(option, text)));
    }
}
