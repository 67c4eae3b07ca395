package io.matih.inference.server.api;

import com.fasterxml.jackson.annotation.JsonProperty;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.JsonNode;

import java.util.List;
import java.util.Map;

/// Body of `POST /api/v1/inference/deploy`.
///
/// @param version number, as a number or its digits; absent: the next one
/// @param features column names that make up an input, in order
/// @param reason kept with the revision
/// @param waits whether to answer only when it serves (default) or at once with 202
/// @param dryRun only examine the model and say what would be deployed
/// @param replace whether it may take the place of what is deployed under this name
public record DeployRequest(
        @Required String name,
        @Required Source source,
        @Nullable JsonNode version,
        @Nullable String backend,
        @Nullable Config config,
        @Nullable Map<String, List<String>> features,
        @Nullable Traffic traffic,
        @Nullable String reason,
        @Nullable Boolean pin,
        @JsonProperty("wait") @Nullable Boolean waits,
        @Nullable Boolean dryRun,
        @Nullable Boolean replace) {
    /// Where the model comes from.
    ///
    /// @param uri `file:`, `s3://bucket/key`, `upload://id` or `model://name/version`
    /// @param sha256 digest that the source's bytes must have
    /// @param format overrides what the file's name says
    public record Source(@Required String uri, @Nullable String sha256, @Nullable String format) {}

    /// Triton's ModelConfig, as far as it is served here.
    ///
    /// @param parameters `intra_op_thread_count`, `inter_op_thread_count`, `pad_to_preferred`
    public record Config(
            @Nullable Integer maxBatchSize,
            @Nullable DynamicBatching dynamicBatching,
            @Nullable ResponseCache responseCache,
            @Nullable List<InstanceGroup> instanceGroup,
            @Nullable List<Warmup> modelWarmup,
            @Nullable Map<String, Parameter> parameters) {}

    /// How requests are joined.
    ///
    /// @param preferredBatchSize rows at which a batch leaves at once
    /// @param maxQueueDelayMicroseconds the longest that a request waits for company; it leaves
    ///   earlier where none is to be expected
    /// @param preserveOrdering whether answers leave in the order in which batches were formed
    /// @param priorityLevels priorities that requests may have, 1 the highest
    /// @param defaultPriorityLevel of a request that names none; absent or 0: the lowest
    /// @param priorityQueuePolicy by priority
    public record DynamicBatching(
            @Nullable List<Integer> preferredBatchSize,
            @Nullable Long maxQueueDelayMicroseconds,
            @Nullable Boolean preserveOrdering,
            @Nullable Integer priorityLevels,
            @Nullable Integer defaultPriorityLevel,
            @Nullable QueuePolicy defaultQueuePolicy,
            @Nullable Map<String, QueuePolicy> priorityQueuePolicy) {}

    /// Whether answers are kept for requests with the very same inputs.
    public record ResponseCache(@Nullable Boolean enable) {}

    /// How requests may wait.
    ///
    /// @param timeoutAction `REJECT` or `DELAY`
    /// @param defaultTimeoutMicroseconds how long a request may wait for an instance; 0: as long as
    ///   its own timeout allows
    /// @param allowTimeoutOverride whether a request's own timeout counts
    /// @param maxQueueSize requests that may wait; 0: 1000
    public record QueuePolicy(
            @Nullable String timeoutAction,
            @Nullable Long defaultTimeoutMicroseconds,
            @Nullable Boolean allowTimeoutOverride,
            @Nullable Integer maxQueueSize) {}

    /// @param kind `KIND_AUTO`, `KIND_CPU`, `KIND_GPU` or `KIND_TENSORRT`
    /// @param count instances, on each GPU named
    /// @param gpus CUDA ordinals
    public record InstanceGroup(
            @Nullable String kind, @Nullable Integer count, @Nullable List<Integer> gpus) {}

    /// Requests of zeros before the model takes traffic.
    public record Warmup(
            @Nullable String name, @Nullable Integer batchSize, @Nullable Integer count) {}

    /// A value as Triton's ModelConfig writes it.
    public record Parameter(@Required String stringValue) {}

    /// How it comes to its requests.
    ///
    /// @param mode `primary`, `canary` or `shadow`
    /// @param weight of a canary: percent of the requests
    /// @param percent of a shadow: percent of the stable version's requests that it gets a copy of
    /// @param gate of a shadow: what it has to show
    /// @param comparators of a shadow: what agreement means, by output
    /// @param redact of a shadow: inputs and outputs whose values are not kept
    public record Traffic(
            @Required String mode,
            @Nullable Integer weight,
            @Nullable Integer percent,
            @Nullable ShadowGate gate,
            @Nullable Map<String, OutputComparator> comparators,
            @Nullable List<String> redact) {}

    /// What a shadow has to show.
    ///
    /// @param promote `manual` or `automatic`
    /// @param rollbackWindowS how long the version that it replaces goes on watching
    public record ShadowGate(
            @Nullable Long minSamples,
            @Nullable Double minAgreement,
            @JsonProperty("max_p99_ratio") @Nullable Double maxP99Ratio,
            @JsonProperty("p99_slack_ms") @Nullable Double p99SlackMs,
            @Nullable Long durationS,
            @Nullable String promote,
            @Nullable Long rollbackWindowS) {}

    /// When two answers agree on a row of an output.
    ///
    /// @param type `label`, `probabilities`, `top_k`, `numeric` or `cosine`
    /// @param k of `top_k`
    /// @param min of `top_k`: the least share that both have; of `cosine`: the least similarity
    /// @param absolute of `numeric`
    /// @param relative of `numeric`
    public record OutputComparator(
            @Required String type,
            @Nullable Integer k,
            @Nullable Double min,
            @Nullable Double absolute,
            @Nullable Double relative) {}
}
