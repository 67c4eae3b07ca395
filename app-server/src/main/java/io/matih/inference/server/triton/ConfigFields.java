package io.matih.inference.server.triton;

import io.matih.inference.engine.error.ServingException;
import io.matih.inference.engine.model.Presentation;
import io.matih.inference.engine.model.Reshape;
import io.matih.inference.server.api.DeployRequest;
import io.matih.inference.server.deployment.ConfigCodec;
import io.matih.inference.server.proto.ModelConfig;
import io.matih.inference.server.proto.ModelDynamicBatching;
import io.matih.inference.server.proto.ModelInstanceGroup;
import io.matih.inference.server.proto.ModelQueuePolicy;
import io.matih.inference.server.proto.ModelWarmup;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Triton's `ModelConfig`, as the deploy request would say it; the limits are the deploy request's.
final class ConfigFields {
    static final String ONNX_RUNTIME = "onnxruntime";
    static final String PLATFORM = "onnxruntime_onnx";
    static final String TENSORRT = "tensorrt";
    private static final String CUDA = "cuda";

    /// Threads that mean: as many as the runtime likes.
    private static final String ANY_THREADS = "0";

    private final ModelConfig config;
    private final List<String> ignored = new ArrayList<>();

    private ConfigFields(ModelConfig config) {
        this.config = config;
        ignored.addAll(FieldReview.ignored(config));
    }

    /// @param labels names of classes by output
    /// @throws ServingException `UNSUPPORTED` for what would change what the model answers,
    ///   `CONFIG_INVALID` for values that are not allowed
    static io.matih.inference.engine.model.ModelConfig toConfig(
            ModelConfig config, Map<String, List<String>> labels) {
        var fields = new ConfigFields(config);
        fields.requireOnnxRuntime();
        return ConfigCodec.toConfig(fields.toRequest())
                .with(fields.presentation(labels), fields.ignored);
    }

    private Presentation presentation(Map<String, List<String>> labels) {
        var inputs = new HashMap<String, Reshape>();
        for (var input : config.getInputList()) {
            if (input.hasReshape()) {
                inputs.put(
                        input.getName(),
                        new Reshape(input.getDimsList(), input.getReshape().getShapeList()));
            }
        }
        var outputs = new HashMap<String, Reshape>();
        for (var output : config.getOutputList()) {
            if (output.hasReshape()) {
                outputs.put(
                        output.getName(),
                        new Reshape(output.getDimsList(), output.getReshape().getShapeList()));
            }
        }
        return new Presentation(inputs, outputs, labels);
    }

    private void requireOnnxRuntime() {
        if (!config.getBackend().isEmpty() && !config.getBackend().equals(ONNX_RUNTIME)) {
            throw other("backend", config.getBackend(), ONNX_RUNTIME);
        }
        if (!config.getPlatform().isEmpty() && !config.getPlatform().equals(PLATFORM)) {
            throw other("platform", config.getPlatform(), PLATFORM);
        }
    }

    private static ServingException other(String field, String value, String allowed) {
        return FieldReview.refused(
                field + " '" + ServingException.clip(value) + "'",
                "models run on " + allowed + "; export the model to ONNX");
    }

    private DeployRequest.Config toRequest() {
        return new DeployRequest.Config(
                maxBatchSize(),
                config.hasDynamicBatching() ? batching(config.getDynamicBatching()) : null,
                new DeployRequest.ResponseCache(config.getResponseCache().getEnable()),
                config.getInstanceGroupList().stream().map(this::group).toList(),
                config.getModelWarmupList().stream()
                        .filter(ConfigFields::runsOnZeros)
                        .map(ConfigFields::warmup)
                        .toList(),
                parameters());
    }

    /// Nothing is the same as 0 in this language. Where inputs are described too, their axes say
    /// that 0 was meant; where nothing is, the model decides, as Triton lets it.
    private @Nullable Integer maxBatchSize() {
        boolean open = config.getMaxBatchSize() == 0 && config.getInputCount() == 0;
        return open ? null : config.getMaxBatchSize();
    }

    private static DeployRequest.DynamicBatching batching(ModelDynamicBatching batching) {
        var policies = new HashMap<String, DeployRequest.QueuePolicy>();
        batching.getPriorityQueuePolicyMap()
                .forEach(
                        (level, policy) ->
                                policies.put(Long.toUnsignedString(level), policy(policy)));
        return new DeployRequest.DynamicBatching(
                batching.getPreferredBatchSizeList(),
                batching.getMaxQueueDelayMicroseconds(),
                batching.getPreserveOrdering(),
                small(batching.getPriorityLevels()),
                small(batching.getDefaultPriorityLevel()),
                batching.hasDefaultQueuePolicy() ? policy(batching.getDefaultQueuePolicy()) : null,
                policies);
    }

    private static DeployRequest.QueuePolicy policy(ModelQueuePolicy policy) {
        return new DeployRequest.QueuePolicy(
                policy.getTimeoutAction().name(),
                policy.getDefaultTimeoutMicroseconds(),
                policy.getAllowTimeoutOverride(),
                small(policy.getMaxQueueSize() & 0xFFFF_FFFFL));
    }

    /// Too large stays too large, whatever the width of the field.
    private static int small(long number) {
        return number < 0 || number > Integer.MAX_VALUE ? Integer.MAX_VALUE : (int) number;
    }

    private DeployRequest.InstanceGroup group(ModelInstanceGroup group) {
        return new DeployRequest.InstanceGroup(
                kind(group.getKind()),
                group.getCount() == 0 ? 1 : group.getCount(),
                group.getGpusList());
    }

    private String kind(ModelInstanceGroup.Kind kind) {
        return switch (kind) {
            case KIND_CPU -> "KIND_CPU";
            case KIND_GPU -> acceleratedBy(TENSORRT) ? "KIND_TENSORRT" : "KIND_GPU";
            case KIND_AUTO, KIND_MODEL -> "KIND_AUTO";
            case UNRECOGNIZED -> throw new IllegalStateException(kind.name());
        };
    }

    private boolean acceleratedBy(String name) {
        return config
                .getOptimization()
                .getExecutionAccelerators()
                .getGpuExecutionAcceleratorList()
                .stream()
                .anyMatch(accelerator -> accelerator.getName().equals(name));
    }

    private static boolean runsOnZeros(ModelWarmup warmup) {
        return warmup.getInputsMap().values().stream().allMatch(ModelWarmup.Input::getZeroData);
    }

    private static DeployRequest.Warmup warmup(ModelWarmup warmup) {
        return new DeployRequest.Warmup(
                warmup.getName().isEmpty() ? null : warmup.getName(),
                Math.max(1, small(warmup.getBatchSize() & 0xFFFF_FFFFL)),
                Math.max(1, small(warmup.getCount() & 0xFFFF_FFFFL)));
    }

    private Map<String, DeployRequest.Parameter> parameters() {
        var followed = new TreeMap<String, DeployRequest.Parameter>();
        new TreeMap<>(config.getParametersMap())
                .forEach(
                        (key, value) -> {
                            if (!ConfigCodec.PARAMETERS.contains(key)) {
                                ignored.add(
                                        "parameters '%s' means nothing here"
                                                .formatted(ServingException.clip(key)));
                            } else if (!value.getStringValue().equals(ANY_THREADS)) {
                                followed.put(
                                        key, new DeployRequest.Parameter(value.getStringValue()));
                            }
                        });
        ignoreAccelerators();
        return followed;
    }

    /// TensorRT is followed for instances on a GPU, CUDA is what a GPU means anyway.
    private void ignoreAccelerators() {
        boolean onGpu =
                config.getInstanceGroupList().stream()
                        .anyMatch(group -> group.getKind() == ModelInstanceGroup.Kind.KIND_GPU);
        config
                .getOptimization()
                .getExecutionAccelerators()
                .getGpuExecutionAcceleratorList()
                .stream()
                .map(accelerator -> accelerator.getName())
                .filter(name -> !name.equals(CUDA) && !(name.equals(TENSORRT) && onGpu))
                .forEach(
                        name ->
                                ignored.add(
                                        "optimization.execution_accelerators '%s' means nothing here: it is followed for tensorrt and an instance_group of KIND_GPU"
                                                .formatted(ServingException.clip(name))));
    }
}
