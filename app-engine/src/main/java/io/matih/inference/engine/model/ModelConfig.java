package io.matih.inference.engine.model;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// How an operator wants a model served, by Triton's ModelConfig names.
///
/// @param maxBatchSize most rows of one execution; 0 for a model whose first axis is no batch;
///   absent: 32 where the signature is batchable, else 0
/// @param intraOpThreads threads of one execution; absent: 1
/// @param interOpThreads threads over independent operators; absent: 1
/// @param batching how requests are joined and queued
/// @param responseCache whether answers are kept for requests with the very same inputs
/// @param instanceGroups never empty
/// @param presentation how its tensors look from outside
/// @param ignored what the model's own configuration asks for beyond all this: a field and why it
///   means nothing here
public record ModelConfig(
        @Nullable Integer maxBatchSize,
        @Nullable Integer intraOpThreads,
        @Nullable Integer interOpThreads,
        DynamicBatching batching,
        boolean responseCache,
        List<InstanceGroup> instanceGroups,
        List<Warmup> warmups,
        Presentation presentation,
        List<String> ignored) {
    public static final int DEFAULT_MAX_BATCH_SIZE = 32;
    public static final ModelConfig DEFAULT =
            new ModelConfig(
                    null,
                    null,
                    null,
                    DynamicBatching.DEFAULT,
                    false,
                    List.of(new InstanceGroup(InstanceKind.KIND_AUTO, 1, List.of())),
                    List.of());

    public ModelConfig {
        instanceGroups = List.copyOf(instanceGroups);
        warmups = List.copyOf(warmups);
        ignored = List.copyOf(ignored);
    }

    /// Of a model without a configuration of its own.
    public ModelConfig(
            @Nullable Integer maxBatchSize,
            @Nullable Integer intraOpThreads,
            @Nullable Integer interOpThreads,
            DynamicBatching batching,
            boolean responseCache,
            List<InstanceGroup> instanceGroups,
            List<Warmup> warmups) {
        this(
                maxBatchSize,
                intraOpThreads,
                interOpThreads,
                batching,
                responseCache,
                instanceGroups,
                warmups,
                Presentation.NONE,
                List.of());
    }

    /// The same, with what else the model's own configuration says.
    public ModelConfig with(Presentation seenFromOutside, List<String> ignoredFields) {
        return new ModelConfig(
                maxBatchSize,
                intraOpThreads,
                interOpThreads,
                batching,
                responseCache,
                instanceGroups,
                warmups,
                seenFromOutside,
                ignoredFields);
    }

    /// What an operator should know of it.
    public List<Finding> findings() {
        return ignored.stream()
                .map(text -> new Finding(Finding.Severity.INFO, "CONFIG_IGNORED", text))
                .toList();
    }

    /// Instances that share a kind of device.
    ///
    /// @param count instances, on each of `gpus` where that is given
    /// @param gpus CUDA ordinals; empty: the first
    public record InstanceGroup(InstanceKind kind, int count, List<Integer> gpus) {
        public InstanceGroup {
            gpus = List.copyOf(gpus);
        }
    }

    /// Requests of zeros, run before the model takes traffic.
    ///
    /// @param batchSize rows of each
    /// @param count how many
    public record Warmup(String name, int batchSize, int count) {}

    /// What the model declares, as those who ask it see it.
    public ModelMetadata seen(ModelMetadata metadata) {
        return presentation.of(metadata, effectiveMaxBatchSize(metadata) > 0);
    }

    public int effectiveMaxBatchSize(ModelMetadata metadata) {
        if (maxBatchSize != null) {
            return maxBatchSize;
        }
        return metadata.batchable() ? DEFAULT_MAX_BATCH_SIZE : 0;
    }
}
