package io.matih.inference.engine.onnx;

import static io.matih.inference.engine.onnx.WireReader.BYTES;
import static io.matih.inference.engine.onnx.WireReader.VARINT;

import com.google.protobuf.InvalidProtocolBufferException;

import io.matih.inference.engine.onnx.OnnxModel.FunctionKey;
import io.matih.inference.engine.onnx.OnnxModel.OnnxFunction;
import io.matih.inference.engine.onnx.OnnxModel.OnnxGraph;
import io.matih.inference.engine.onnx.OnnxModel.OnnxNode;
import io.matih.inference.engine.onnx.proto.OnnxMl.FunctionProto;
import io.matih.inference.engine.onnx.proto.OnnxMl.ModelProto;
import io.matih.inference.engine.onnx.proto.OnnxMl.OperatorSetIdProto;
import io.matih.inference.engine.onnx.proto.OnnxMl.StringStringEntryProto;
import io.matih.inference.engine.onnx.proto.OnnxMl.TrainingInfoProto;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Reads a whole model: head, graph, functions and training graphs.
final class ModelReader {
    private static final int MAX_OPSETS = 256;
    private static final int MAX_DESCRIPTION = 4_096;

    private final WireReader wire;
    private final Budget budget;
    private final GraphReader graphs;
    private final Map<String, Long> opsets = new TreeMap<>();
    private final List<OnnxFunction> functions = new ArrayList<>();
    private long irVersion;
    private String producerName = "";
    private String producerVersion = "";
    private String docString = "";
    private String description = "";
    private @Nullable OnnxGraph graph;
    private boolean training;

    ModelReader(WireReader wire, OnnxLimits limits) {
        this.wire = wire;
        this.budget = new Budget(limits);
        this.graphs = new GraphReader(wire, budget);
    }

    OnnxModel read() {
        wire.fields(tag -> head(tag) || body(tag));
        if (graph == null) {
            throw Refusal.invalid("the model file holds no graph");
        }
        return new OnnxModel(
                irVersion,
                opsets,
                shorten((producerName + " " + producerVersion).strip()),
                shorten((docString.isBlank() ? description : docString).strip()),
                graph,
                functions,
                graphs.tensors(),
                graphs.sparseTensors(),
                budget.nodes(),
                graphs.attributeFloats(),
                training);
    }

    private static String shorten(String text) {
        return text.length() > MAX_DESCRIPTION
                ? text.substring(0, MAX_DESCRIPTION - 1) + "…"
                : text;
    }

    private boolean head(int tag) {
        switch (tag) {
            case ModelProto.IR_VERSION_FIELD_NUMBER << 3 | VARINT -> irVersion = wire.varint();
            case ModelProto.OPSET_IMPORT_FIELD_NUMBER << 3 | BYTES -> opset(opsets);
            case ModelProto.PRODUCER_NAME_FIELD_NUMBER << 3 | BYTES -> producerName = wire.text();
            case ModelProto.PRODUCER_VERSION_FIELD_NUMBER << 3 | BYTES ->
                    producerVersion = wire.text();
            case ModelProto.DOC_STRING_FIELD_NUMBER << 3 | BYTES -> docString = wire.text();
            case ModelProto.METADATA_PROPS_FIELD_NUMBER << 3 | BYTES -> property();
            default -> {
                return false;
            }
        }
        return true;
    }

    private boolean body(int tag) {
        switch (tag) {
            case ModelProto.GRAPH_FIELD_NUMBER << 3 | BYTES -> {
                if (graph != null) {
                    throw Refusal.invalid("the model file gives its graph twice");
                }
                graph = graphs.graph(0);
            }
            case ModelProto.FUNCTIONS_FIELD_NUMBER << 3 | BYTES -> functions.add(function());
            case ModelProto.TRAINING_INFO_FIELD_NUMBER << 3 | BYTES -> trainingInfo();
            default -> {
                return false;
            }
        }
        return true;
    }

    private void opset(Map<String, Long> into) {
        try {
            var opset = OperatorSetIdProto.parseFrom(wire.bytes());
            var domain = OnnxModel.domain(opset.getDomain());
            var before = into.put(domain, opset.getVersion());
            if (before != null && before != opset.getVersion()) {
                throw Refusal.invalid(
                        "the model imports versions %d and %d of domain '%s'"
                                .formatted(before, opset.getVersion(), Refusal.clip(domain)));
            }
        } catch (InvalidProtocolBufferException e) {
            throw Refusal.invalid("an opset_import of the model is damaged");
        }
        if (into.size() > MAX_OPSETS) {
            throw Refusal.limit("the model imports more than %d domains".formatted(MAX_OPSETS));
        }
    }

    private void property() {
        try {
            var entry = StringStringEntryProto.parseFrom(wire.bytes());
            if (entry.getKey().equals("description")) {
                description = entry.getValue();
            }
        } catch (InvalidProtocolBufferException e) {
            throw Refusal.invalid("the model's metadata_props are damaged");
        }
    }

    private OnnxFunction function() {
        var function = new FunctionFields();
        wire.message(function::read);
        return new OnnxFunction(
                new FunctionKey(
                        OnnxModel.domain(function.domain), function.name, function.overload),
                function.inputs,
                function.outputs,
                function.nodes,
                function.imports);
    }

    /// Its graphs are never run, but the runtime reads their tensors all the same.
    private void trainingInfo() {
        training = true;
        wire.message(
                tag -> {
                    switch (tag) {
                        case TrainingInfoProto.INITIALIZATION_FIELD_NUMBER << 3 | BYTES,
                                TrainingInfoProto.ALGORITHM_FIELD_NUMBER << 3 | BYTES ->
                                graphs.graph(0);
                        default -> {
                            return false;
                        }
                    }
                    return true;
                });
    }

    private final class FunctionFields {
        private final List<String> inputs = new ArrayList<>();
        private final List<String> outputs = new ArrayList<>();
        private final List<OnnxNode> nodes = new ArrayList<>();
        private final Map<String, Long> imports = new TreeMap<>();
        private String domain = "";
        private String name = "";
        private String overload = "";

        private boolean read(int tag) {
            switch (tag) {
                case FunctionProto.NAME_FIELD_NUMBER << 3 | BYTES -> name = wire.text();
                case FunctionProto.DOMAIN_FIELD_NUMBER << 3 | BYTES -> domain = wire.text();
                case FunctionProto.OVERLOAD_FIELD_NUMBER << 3 | BYTES -> overload = wire.text();
                case FunctionProto.INPUT_FIELD_NUMBER << 3 | BYTES -> inputs.add(formal());
                case FunctionProto.OUTPUT_FIELD_NUMBER << 3 | BYTES -> outputs.add(formal());
                case FunctionProto.NODE_FIELD_NUMBER << 3 | BYTES -> nodes.add(graphs.node(0));
                case FunctionProto.ATTRIBUTE_PROTO_FIELD_NUMBER << 3 | BYTES -> graphs.attribute();
                case FunctionProto.OPSET_IMPORT_FIELD_NUMBER << 3 | BYTES -> opset(imports);
                default -> {
                    return false;
                }
            }
            return true;
        }

        private String formal() {
            budget.name();
            return wire.text();
        }
    }
}
