package io.matih.inference.server.api;

import com.fasterxml.jackson.annotation.JsonProperty;

import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.util.List;
import java.util.Map;

/// One deployment, as lists and answers show it.
///
/// @param model the registered model's name
/// @param version the stable version; null while the first deploy runs
/// @param state of the stable version: READY, EVICTED, LOADING, UNLOADING or UNAVAILABLE
/// @param reason what is being done, or why it is unavailable; empty when ready
/// @param lastFailure why the latest deploy did not take over; null where it did
/// @param revision counts the changes of this name
/// @param instances loaded copies
/// @param device `cpu`, `cuda:0`; null while nothing is loaded
/// @param providers execution providers, and why not better ones
/// @param queueDepth requests that wait for an instance
/// @param findings what is worth knowing about the model
public record DeploymentView(
        String name,
        String model,
        @Nullable String version,
        @Nullable String backend,
        String state,
        String reason,
        @Nullable String lastFailure,
        long revision,
        List<Variant> variants,
        List<Shadow> shadows,
        int instances,
        @Nullable String device,
        List<String> providers,
        int queueDepth,
        Memory memory,
        Cache cache,
        Stats stats,
        @Nullable Signature signature,
        Map<String, List<String>> features,
        List<Finding> findings,
        DeployRequest.@Nullable Config config,
        @Nullable Instant updatedAt) {
    /// A version and its share of the traffic.
    ///
    /// @param label `stable` or `canary`
    /// @param weight percent of the requests that name no version
    /// @param reason what is being done, or why it is unavailable; empty when ready
    public record Variant(
            String version, String label, int weight, String state, String reason, Stats stats) {}

    /// A version that gets a copy of the requests.
    ///
    /// @param percent of the stable version's requests
    /// @param verdict PASS, FAIL or INSUFFICIENT
    /// @param samples rows that were compared
    /// @param agreement share of them that agree; null while there is none
    /// @param watching whether it was the stable version before
    public record Shadow(
            String version,
            int percent,
            String state,
            String verdict,
            long samples,
            @Nullable Double agreement,
            boolean watching) {}

    /// @param bytes memory that the instances took when they were loaded, at least their weights
    /// @param measured whether that was measured; else it is the weights alone
    public record Memory(long bytes, boolean measured) {}

    /// @param resident whether it is in memory now
    /// @param pinned whether it stays there whatever else wants the room
    /// @param lastUsed to a tenth of a second; null where it was never in memory
    public record Cache(boolean resident, boolean pinned, @Nullable Instant lastUsed) {}

    /// Traffic: latencies of the last minute (null where there was none), rate of the last ten
    /// seconds, errors since the deploy.
    public record Stats(
            double rps,
            @JsonProperty("p50_ms") @Nullable Double p50Ms,
            @JsonProperty("p95_ms") @Nullable Double p95Ms,
            @JsonProperty("p99_ms") @Nullable Double p99Ms,
            long requests,
            double errorRate) {}

    /// What a request sends and an answer holds.
    public record Signature(List<Port> inputs, List<Port> outputs) {}

    /// An input or output.
    ///
    /// @param shape axis lengths, -1 for any
    /// @param optional whether a request may leave it out
    public record Port(String name, String datatype, List<Long> shape, boolean optional) {}

    /// @param severity INFO or WARNING
    public record Finding(String severity, String code, String message) {}
}
