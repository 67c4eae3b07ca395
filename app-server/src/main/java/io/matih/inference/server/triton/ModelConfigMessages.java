package io.matih.inference.server.triton;

import io.matih.inference.engine.deployment.Variant;
import io.matih.inference.engine.model.DynamicBatching;
import io.matih.inference.engine.model.InstanceKind;
import io.matih.inference.engine.model.ModelConfig.InstanceGroup;
import io.matih.inference.engine.model.ModelConfig.Warmup;
import io.matih.inference.engine.model.ModelMetadata;
import io.matih.inference.engine.model.QueuePolicy;
import io.matih.inference.engine.model.Reshape;
import io.matih.inference.engine.tensor.TensorSpec;
import io.matih.inference.server.deployment.ConfigCodec;
import io.matih.inference.server.proto.ModelConfig;
import io.matih.inference.server.proto.ModelDynamicBatching;
import io.matih.inference.server.proto.ModelInput;
import io.matih.inference.server.proto.ModelInstanceGroup;
import io.matih.inference.server.proto.ModelOptimizationPolicy.ExecutionAccelerators;
import io.matih.inference.server.proto.ModelOptimizationPolicy.ExecutionAccelerators.Accelerator;
import io.matih.inference.server.proto.ModelOutput;
import io.matih.inference.server.proto.ModelParameter;
import io.matih.inference.server.proto.ModelQueuePolicy;
import io.matih.inference.server.proto.ModelResponseCache;
import io.matih.inference.server.proto.ModelTensorReshape;
import io.matih.inference.server.proto.ModelTransactionPolicy;
import io.matih.inference.server.proto.ModelVersionPolicy;
import io.matih.inference.server.proto.ModelWarmup;

import java.util.List;
import java.util.stream.LongStream;

/// A deployed version as Triton's `ModelConfig`: complete, so that what is left to the model or to
/// defaults can be read off.
public final class ModelConfigMessages {
    private final String name;
    private final Variant variant;
    private final ModelMetadata metadata;
    private final int maxBatchSize;

    private ModelConfigMessages(String name, Variant variant, ModelMetadata metadata) {
        this.name = name;
        this.variant = variant;
        this.metadata = metadata;
        maxBatchSize = variant.config().effectiveMaxBatchSize(metadata);
    }

    /// @param name of the deployment
    /// @param metadata of the variant's version
    public static ModelConfig of(String name, Variant variant, ModelMetadata metadata) {
        return new ModelConfigMessages(name, variant, metadata).message();
    }

    private ModelConfig message() {
        var config = variant.config();
        var message =
                ModelConfig.newBuilder()
                        .setName(name)
                        .setPlatform(ConfigFields.PLATFORM)
                        .setBackend(ConfigFields.ONNX_RUNTIME)
                        .setVersionPolicy(
                                ModelVersionPolicy.newBuilder()
                                        .setLatest(
                                                ModelVersionPolicy.Latest.newBuilder()
                                                        .setNumVersions(1)))
                        .setMaxBatchSize(maxBatchSize)
                        .setDefaultModelFilename(TritonFolders.DEFAULT_MODEL)
                        .setModelTransactionPolicy(ModelTransactionPolicy.getDefaultInstance());
        var seen = config.seen(metadata);
        seen.inputs().forEach(spec -> message.addInput(input(spec)));
        seen.outputs().forEach(spec -> message.addOutput(output(spec)));
        if (maxBatchSize > 0) {
            message.setDynamicBatching(batching(config.batching()));
        }
        for (int i = 0; i < config.instanceGroups().size(); i++) {
            message.addInstanceGroup(group(config.instanceGroups().get(i), i));
        }
        if (wantsTensorRt()) {
            message.getOptimizationBuilder()
                    .setExecutionAccelerators(
                            ExecutionAccelerators.newBuilder()
                                    .addGpuExecutionAccelerator(
                                            Accelerator.newBuilder()
                                                    .setName(ConfigFields.TENSORRT)));
        }
        ConfigCodec.parameters(config)
                .forEach(
                        (key, value) ->
                                message.putParameters(
                                        key,
                                        ModelParameter.newBuilder()
                                                .setStringValue(value.stringValue())
                                                .build()));
        config.warmups().forEach(warmup -> message.addModelWarmup(warmup(warmup)));
        if (config.responseCache()) {
            message.setResponseCache(ModelResponseCache.newBuilder().setEnable(true));
        }
        return message.build();
    }

    private ModelInput input(TensorSpec spec) {
        var input =
                ModelInput.newBuilder()
                        .setName(spec.name())
                        .setDataType(TritonTypes.of(spec.datatype()))
                        .addAllDims(dims(spec))
                        .setOptional(spec.optional());
        var reshape = variant.config().presentation().inputs().get(spec.name());
        return (reshape == null ? input : input.setReshape(message(reshape))).build();
    }

    private ModelOutput output(TensorSpec spec) {
        var output =
                ModelOutput.newBuilder()
                        .setName(spec.name())
                        .setDataType(TritonTypes.of(spec.datatype()))
                        .addAllDims(dims(spec));
        var reshape = variant.config().presentation().outputs().get(spec.name());
        return (reshape == null ? output : output.setReshape(message(reshape))).build();
    }

    private static ModelTensorReshape message(Reshape reshape) {
        return ModelTensorReshape.newBuilder().addAllShape(reshape.inner()).build();
    }

    /// Without the batch's axis, where there is one.
    private List<Long> dims(TensorSpec spec) {
        return LongStream.of(spec.shape().toArray())
                .skip(maxBatchSize > 0 ? 1 : 0)
                .boxed()
                .toList();
    }

    private static ModelDynamicBatching batching(DynamicBatching batching) {
        var message =
                ModelDynamicBatching.newBuilder()
                        .addAllPreferredBatchSize(batching.preferredBatchSizes())
                        .setMaxQueueDelayMicroseconds(batching.maxQueueDelayMicros())
                        .setPreserveOrdering(batching.preserveOrdering())
                        .setPriorityLevels(batching.priorityLevels())
                        .setDefaultPriorityLevel(batching.defaultPriorityLevel())
                        .setDefaultQueuePolicy(policy(batching.defaultQueuePolicy()));
        batching.priorityQueuePolicies()
                .forEach((level, policy) -> message.putPriorityQueuePolicy(level, policy(policy)));
        return message.build();
    }

    private static ModelQueuePolicy policy(QueuePolicy policy) {
        return ModelQueuePolicy.newBuilder()
                .setTimeoutAction(
                        switch (policy.timeoutAction()) {
                            case REJECT -> ModelQueuePolicy.TimeoutAction.REJECT;
                            case DELAY -> ModelQueuePolicy.TimeoutAction.DELAY;
                        })
                .setDefaultTimeoutMicroseconds(policy.defaultTimeoutMicros())
                .setAllowTimeoutOverride(policy.allowTimeoutOverride())
                .setMaxQueueSize(policy.maxQueueSize())
                .build();
    }

    private ModelInstanceGroup group(InstanceGroup group, int index) {
        return ModelInstanceGroup.newBuilder()
                .setName(name + "_" + index)
                .setKind(
                        switch (group.kind()) {
                            case KIND_AUTO -> ModelInstanceGroup.Kind.KIND_AUTO;
                            case KIND_CPU -> ModelInstanceGroup.Kind.KIND_CPU;
                            case KIND_GPU, KIND_TENSORRT -> ModelInstanceGroup.Kind.KIND_GPU;
                        })
                .setCount(group.count())
                .addAllGpus(group.gpus())
                .build();
    }

    private boolean wantsTensorRt() {
        return variant.config().instanceGroups().stream()
                .anyMatch(group -> group.kind() == InstanceKind.KIND_TENSORRT);
    }

    /// On zeros, each axis of any length 1 long but for the batch's.
    private ModelWarmup warmup(Warmup warmup) {
        var message =
                ModelWarmup.newBuilder()
                        .setName(warmup.name())
                        .setBatchSize(warmup.batchSize())
                        .setCount(warmup.count());
        for (var spec : metadata.inputs()) {
            message.putInputs(
                    spec.name(),
                    ModelWarmup.Input.newBuilder()
                            .setDataType(TritonTypes.of(spec.datatype()))
                            .addAllDims(dims(spec).stream().map(axis -> Math.max(1, axis)).toList())
                            .setZeroData(true)
                            .build());
        }
        return message.build();
    }
}
