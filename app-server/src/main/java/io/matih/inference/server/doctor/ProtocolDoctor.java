package io.matih.inference.server.doctor;

import org.jspecify.annotations.Nullable;

import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/// Asks a server every clause of the Open Inference Protocol, with a model of its own choice or of
/// the caller's. The requests are made from the metadata that the server gives of that model.
public final class ProtocolDoctor {
    private final @Nullable String apiKey;
    private final List<ClauseResult> results = new ArrayList<>();
    private final Consumer<ClauseResult> progress;
    private @Nullable String model;

    /// @param apiKey absent where the server asks for none
    /// @param model absent: any that is ready
    /// @param progress told of each clause as it is answered
    public ProtocolDoctor(
            @Nullable String apiKey, @Nullable String model, Consumer<ClauseResult> progress) {
        this.apiKey = apiKey;
        this.model = model;
        this.progress = progress;
    }

    public List<ClauseResult> results() {
        return List.copyOf(results);
    }

    /// The model that clauses are asked with; absent where none was found.
    public @Nullable String model() {
        return model;
    }

    private Checks checks(String protocol) {
        return new Checks(
                protocol,
                result -> {
                    results.add(result);
                    progress.accept(result);
                });
    }

    public void rest(URI server) {
        var checks = checks("REST");
        try (var calls = new RestCalls(server, apiKey)) {
            var clauses = new RestServerClauses(calls, checks);
            clauses.server();
            var sample = sample(checks, clauses.anyModel(), clauses::describe);
            if (sample == null) {
                return;
            }
            clauses.model(sample);
            var infer = new RestInferClauses(calls, checks, sample, clauses.extensions());
            infer.run();
            clauses.counted(sample, infer::answered);
            new RestBinaryClauses(calls, checks, sample, clauses.extensions()).run();
            new RestErrorClauses(calls, checks, sample).run();
            checks.clause("the server still lives", () -> calls.get("/v2/health/live").requireOk());
        }
    }

    /// @param target `host:port`
    public void grpc(String target) {
        var checks = checks("gRPC");
        try (var calls = new GrpcCalls(target, apiKey)) {
            var clauses = new GrpcServerClauses(calls, checks);
            clauses.server();
            var sample = sample(checks, clauses.anyModel(), clauses::describe);
            if (sample != null) {
                clauses.model(sample);
                new GrpcInferClauses(calls, checks, sample).run();
            }
        }
    }

    private interface Describer {
        SampleModel describe(String name);
    }

    private @Nullable SampleModel sample(Checks checks, @Nullable String any, Describer describer) {
        if (model == null) {
            model = any;
        }
        var name = model;
        var described = new ArrayList<SampleModel>();
        checks.clause(
                "a model describes itself",
                () -> {
                    if (name == null) {
                        throw new NotOfferedException(
                                "no model is ready; name one, or deploy one, to ask the other clauses");
                    }
                    described.add(describer.describe(name));
                });
        return described.isEmpty() ? null : described.getFirst();
    }
}
