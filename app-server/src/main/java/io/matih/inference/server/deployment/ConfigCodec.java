package io.matih.inference.server.deployment;

import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ErrorDetail;
import io.matih.inference.engine.error.ServingException;
import io.matih.inference.engine.model.InstanceKind;
import io.matih.inference.engine.model.ModelConfig;
import io.matih.inference.engine.model.ModelConfig.InstanceGroup;
import io.matih.inference.engine.model.ModelConfig.Warmup;
import io.matih.inference.server.api.DeployRequest;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// `config`: Triton's ModelConfig names on the wire, `ModelConfig` in the engine.
public final class ConfigCodec {
    private static final int MAX_BATCH_SIZE = 65_536;
    private static final int MAX_INSTANCES = 64;
    private static final int MAX_THREADS = 256;
    private static final int MAX_WARMUPS = 1000;
    private static final String INTRA_OP = "intra_op_thread_count";
    private static final String INTER_OP = "inter_op_thread_count";
    private static final String PAD = "pad_to_preferred";
    private static final String KINDS =
            Arrays.stream(InstanceKind.values()).map(Enum::name).collect(Collectors.joining(", "));

    /// Keys of `parameters` that mean something.
    public static final List<String> PARAMETERS = List.of(INTRA_OP, INTER_OP, PAD);

    private ConfigCodec() {}

    /// @throws ServingException `CONFIG_INVALID`
    public static ModelConfig toConfig(DeployRequest.Config config) {
        var parameters =
                Objects.requireNonNullElse(
                        config.parameters(), Map.<String, DeployRequest.Parameter>of());
        for (var key : parameters.keySet()) {
            if (!PARAMETERS.contains(key)) {
                throw invalid("config.parameters", String.join(", ", PARAMETERS), key);
            }
        }
        var size = config.maxBatchSize();
        return new ModelConfig(
                size == null
                        ? null
                        : (int) within("config.max_batch_size", size, 0, MAX_BATCH_SIZE),
                threads(parameters, INTRA_OP),
                threads(parameters, INTER_OP),
                BatchingCodec.toBatching(config.dynamicBatching(), pads(parameters)),
                config.responseCache() != null
                        && Boolean.TRUE.equals(config.responseCache().enable()),
                groups(config.instanceGroup()),
                warmups(config.modelWarmup()));
    }

    private static boolean pads(Map<String, DeployRequest.Parameter> parameters) {
        var parameter = parameters.get(PAD);
        if (parameter == null) {
            return false;
        }
        return switch (parameter.stringValue()) {
            case "true" -> true;
            case "false" -> false;
            default ->
                    throw invalid(
                            "config.parameters." + PAD, "true, false", parameter.stringValue());
        };
    }

    private static @Nullable Integer threads(
            Map<String, DeployRequest.Parameter> parameters, String key) {
        var parameter = parameters.get(key);
        if (parameter == null) {
            return null;
        }
        var field = "config.parameters." + key;
        try {
            return (int) within(field, Integer.parseInt(parameter.stringValue()), 1, MAX_THREADS);
        } catch (NumberFormatException _) {
            throw invalid(field, "1 to " + MAX_THREADS, parameter.stringValue());
        }
    }

    private static List<InstanceGroup> groups(@Nullable List<DeployRequest.InstanceGroup> groups) {
        if (groups == null || groups.isEmpty()) {
            return ModelConfig.DEFAULT.instanceGroups();
        }
        var converted = groups.stream().map(ConfigCodec::group).toList();
        int instances =
                converted.stream()
                        .mapToInt(group -> group.count() * Math.max(1, group.gpus().size()))
                        .sum();
        within("config.instance_group", instances, 1, MAX_INSTANCES);
        return converted;
    }

    private static InstanceGroup group(DeployRequest.InstanceGroup group) {
        int count = group.count() == null ? 1 : group.count();
        within("config.instance_group.count", count, 1, MAX_INSTANCES);
        var gpus = Objects.requireNonNullElse(group.gpus(), List.<Integer>of());
        gpus.forEach(gpu -> within("config.instance_group.gpus", gpu, 0, 255));
        return new InstanceGroup(kind(group.kind()), count, gpus);
    }

    private static InstanceKind kind(@Nullable String name) {
        if (name == null) {
            return InstanceKind.KIND_AUTO;
        }
        return Arrays.stream(InstanceKind.values())
                .filter(kind -> kind.name().equals(name))
                .findFirst()
                .orElseThrow(() -> invalid("config.instance_group.kind", KINDS, name));
    }

    private static List<Warmup> warmups(@Nullable List<DeployRequest.Warmup> warmups) {
        if (warmups == null) {
            return List.of();
        }
        return warmups.stream().map(ConfigCodec::warmup).toList();
    }

    private static Warmup warmup(DeployRequest.Warmup warmup) {
        int size = warmup.batchSize() == null ? 1 : warmup.batchSize();
        int count = warmup.count() == null ? 1 : warmup.count();
        return new Warmup(
                Objects.requireNonNullElse(warmup.name(), "warmup"),
                (int) within("config.model_warmup.batch_size", size, 1, MAX_BATCH_SIZE),
                (int) within("config.model_warmup.count", count, 1, MAX_WARMUPS));
    }

    static long within(String field, long value, long least, long most) {
        if (value < least || value > most) {
            throw invalid(field, least + " to " + most, Long.toString(value));
        }
        return value;
    }

    static ServingException invalid(String field, String expected, String actual) {
        return new ServingException(
                ErrorCode.CONFIG_INVALID,
                "%s: '%s' is not allowed; allowed: %s"
                        .formatted(field, ServingException.clip(actual), expected),
                new ErrorDetail(field, expected, ServingException.clip(actual)));
    }

    /// The other way, for people to read.
    static DeployRequest.Config toWire(ModelConfig config) {
        return new DeployRequest.Config(
                config.maxBatchSize(),
                BatchingCodec.toWire(config.batching()),
                new DeployRequest.ResponseCache(config.responseCache()),
                config.instanceGroups().stream()
                        .map(
                                group ->
                                        new DeployRequest.InstanceGroup(
                                                group.kind().name(), group.count(), group.gpus()))
                        .toList(),
                config.warmups().stream()
                        .map(
                                warmup ->
                                        new DeployRequest.Warmup(
                                                warmup.name(), warmup.batchSize(), warmup.count()))
                        .toList(),
                parameters(config));
    }

    public static Map<String, DeployRequest.Parameter> parameters(ModelConfig config) {
        var parameters = new TreeMap<String, DeployRequest.Parameter>();
        if (config.intraOpThreads() != null) {
            parameters.put(
                    INTRA_OP, new DeployRequest.Parameter(config.intraOpThreads().toString()));
        }
        if (config.interOpThreads() != null) {
            parameters.put(
                    INTER_OP, new DeployRequest.Parameter(config.interOpThreads().toString()));
        }
        if (config.batching().padToPreferred()) {
            parameters.put(PAD, new DeployRequest.Parameter("true"));
        }
        return parameters;
    }
}
