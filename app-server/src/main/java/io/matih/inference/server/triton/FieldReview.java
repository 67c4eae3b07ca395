package io.matih.inference.server.triton;

import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.MessageOrBuilder;

import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ErrorDetail;
import io.matih.inference.engine.error.ServingException;
import io.matih.inference.server.proto.ModelConfig;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/// Goes through every field that a configuration sets: each is followed here, or would change what
/// the model answers and is refused, or is named as one that means nothing here. None is dropped
/// without a word.
final class FieldReview {
    /// Those below which everything is followed.
    private static final Set<String> FOLLOWED =
            Set.of(
                    "name",
                    "platform",
                    "backend",
                    "version_policy",
                    "max_batch_size",
                    "input.name",
                    "input.data_type",
                    "input.dims",
                    "input.optional",
                    "input.reshape",
                    "output.name",
                    "output.data_type",
                    "output.dims",
                    "output.reshape",
                    "output.label_filename",
                    "dynamic_batching",
                    "instance_group.name",
                    "instance_group.kind",
                    "instance_group.count",
                    "instance_group.gpus",
                    "default_model_filename",
                    "model_warmup.name",
                    "model_warmup.batch_size",
                    "model_warmup.count",
                    "model_warmup.inputs.value.data_type",
                    "model_warmup.inputs.value.dims",
                    "model_warmup.inputs.value.zero_data",
                    "response_cache.enable",
                    // Whoever looks at these looks more closely.
                    "parameters",
                    "optimization.execution_accelerators.gpu_execution_accelerator.name");

    private static final Map<String, String> REFUSED =
            Map.of(
                    "sequence_batching",
                    "sequences of requests are not kept together here",
                    "ensemble_scheduling",
                    "ensembles are not deployed from a configuration yet",
                    "batch_input",
                    "inputs that tell the model about its batch are not made here",
                    "batch_output",
                    "outputs are not split by the shapes of inputs here",
                    "input.allow_ragged_batch",
                    "requests of different shapes are not joined here",
                    "model_operations.op_library_filename",
                    "libraries with operators of their own are never loaded",
                    "model_repository_agents",
                    "agents are not run on a model's files",
                    "model_transaction_policy.decoupled",
                    "a model has exactly one answer for a request here");

    private static final Map<String, String> REASONS =
            Map.of(
                    "optimization.graph",
                    "ONNX Runtime optimizes every graph as far as it can",
                    "model_warmup.inputs.value.random_data",
                    "that warm-up is left out, for warm-ups are run on zeros",
                    "model_warmup.inputs.value.input_data_file",
                    "that warm-up is left out, for warm-ups are run on zeros",
                    "instance_group.rate_limiter",
                    "instances run whenever there is work",
                    "metric_tags",
                    "metrics have the model's name and version only",
                    "model_metrics",
                    "metrics are the same for every model");

    private FieldReview() {}

    /// @return what means nothing here, a sentence each
    /// @throws ServingException `UNSUPPORTED`, or `CONFIG_INVALID` for a number that stands for no
    ///   value of its field, naming the field
    static List<String> ignored(ModelConfig config) {
        requireNamed(config, "");
        var ignored = new TreeSet<String>();
        review(config, "", ignored);
        return List.copyOf(ignored);
    }

    /// Both forms take an enum's value by its number, whichever it is.
    private static void requireNamed(MessageOrBuilder message, String prefix) {
        message.getAllFields()
                .forEach(
                        (field, value) -> {
                            var path = prefix + field.getName();
                            var values = field.isRepeated() ? (List<?>) value : List.of(value);
                            values.forEach(each -> requireNamed(field, each, path));
                        });
    }

    private static void requireNamed(FieldDescriptor field, Object value, String path) {
        if (value instanceof MessageOrBuilder message) {
            requireNamed(message, path + ".");
        } else if (value instanceof EnumValueDescriptor named && named.getIndex() < 0) {
            var allowed =
                    field.getEnumType().getValues().stream()
                            .map(EnumValueDescriptor::getName)
                            .collect(Collectors.joining(", "));
            throw new ServingException(
                    ErrorCode.CONFIG_INVALID,
                    "%s: %s: %d stands for nothing; allowed: %s"
                            .formatted(ConfigText.FILE, path, named.getNumber(), allowed),
                    new ErrorDetail(path, allowed, Integer.toString(named.getNumber())));
        }
    }

    private static void review(MessageOrBuilder message, String prefix, Set<String> ignored) {
        message.getAllFields()
                .forEach((field, value) -> review(field, value, prefix + field.getName(), ignored));
    }

    private static void review(
            FieldDescriptor field, Object value, String path, Set<String> ignored) {
        if (FOLLOWED.contains(path)) {
            return;
        }
        var refusal = REFUSED.get(path);
        if (refusal != null) {
            throw refused(path, refusal);
        }
        if (field.getJavaType() == FieldDescriptor.JavaType.MESSAGE && leadsOn(path)) {
            var values = field.isRepeated() ? (List<?>) value : List.of(value);
            values.forEach(each -> review((MessageOrBuilder) each, path + ".", ignored));
        } else if (!(field.getName().equals("key")
                && field.getContainingType().getOptions().getMapEntry())) {
            ignored.add(sentence(path));
        }
    }

    /// Whether something below is followed, refused or explained.
    private static boolean leadsOn(String path) {
        return List.of(FOLLOWED, REFUSED.keySet(), REASONS.keySet()).stream()
                .flatMap(Set::stream)
                .anyMatch(known -> known.startsWith(path + "."));
    }

    private static String sentence(String path) {
        var reason = REASONS.get(path);
        for (var above = path; reason == null && above.contains("."); ) {
            above = above.substring(0, above.lastIndexOf('.'));
            reason = REASONS.get(above);
        }
        var field = path.replace(".value.", ".");
        return reason == null
                ? "%s means nothing here".formatted(field)
                : "%s means nothing here: %s".formatted(field, reason);
    }

    static ServingException refused(String field, String reason) {
        return new ServingException(
                ErrorCode.UNSUPPORTED,
                "%s: %s is not supported: %s".formatted(ConfigText.FILE, field, reason),
                new ErrorDetail(field, "absent", null));
    }
}
