package io.matih.inference.engine.onnx;

import static io.matih.inference.engine.onnx.WireReader.BYTES;
import static io.matih.inference.engine.onnx.WireReader.FIXED32;
import static io.matih.inference.engine.onnx.WireReader.VARINT;

import com.google.protobuf.InvalidProtocolBufferException;

import io.matih.inference.engine.onnx.OnnxModel.DenseForm;
import io.matih.inference.engine.onnx.OnnxModel.OnnxGraph;
import io.matih.inference.engine.onnx.OnnxModel.OnnxNode;
import io.matih.inference.engine.onnx.OnnxModel.OnnxTensor;
import io.matih.inference.engine.onnx.proto.OnnxMl.AttributeProto;
import io.matih.inference.engine.onnx.proto.OnnxMl.GraphProto;
import io.matih.inference.engine.onnx.proto.OnnxMl.NodeProto;
import io.matih.inference.engine.onnx.proto.OnnxMl.SparseTensorProto;
import io.matih.inference.engine.onnx.proto.OnnxMl.ValueInfoProto;
import io.matih.inference.engine.tensor.Shape;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/// Reads graphs, nodes and attributes, and keeps every tensor that it meets on the way.
final class GraphReader {
    private final WireReader wire;
    private final Budget budget;
    private final List<OnnxTensor> tensors = new ArrayList<>();
    private final List<DenseForm> sparseTensors = new ArrayList<>();
    private long attributeFloats;

    GraphReader(WireReader wire, Budget budget) {
        this.wire = wire;
        this.budget = budget;
    }

    List<OnnxTensor> tensors() {
        return tensors;
    }

    List<DenseForm> sparseTensors() {
        return sparseTensors;
    }

    long attributeFloats() {
        return attributeFloats;
    }

    /// @param depth how many graphs this one lies in
    OnnxGraph graph(int depth) {
        budget.nesting(depth);
        var nodes = new ArrayList<OnnxNode>();
        var initializers = new ArrayList<String>();
        var inputs = new ArrayList<ValueInfoProto>();
        var outputs = new ArrayList<ValueInfoProto>();
        wire.message(
                tag -> {
                    switch (tag) {
                        case GraphProto.NODE_FIELD_NUMBER << 3 | BYTES -> nodes.add(node(depth));
                        case GraphProto.INITIALIZER_FIELD_NUMBER << 3 | BYTES ->
                                initializers.add(tensor().name());
                        case GraphProto.SPARSE_INITIALIZER_FIELD_NUMBER << 3 | BYTES ->
                                initializers.add(sparseTensor().name());
                        case GraphProto.INPUT_FIELD_NUMBER << 3 | BYTES -> inputs.add(valueInfo());
                        case GraphProto.OUTPUT_FIELD_NUMBER << 3 | BYTES ->
                                outputs.add(valueInfo());
                        default -> {
                            return false;
                        }
                    }
                    return true;
                });
        return new OnnxGraph(nodes, initializers, inputs, outputs);
    }

    /// @param depth how many graphs lie around the one that the node is in
    OnnxNode node(int depth) {
        budget.node();
        var node = new NodeFields();
        wire.message(tag -> node.read(tag, depth));
        return new OnnxNode(
                node.name,
                node.opType,
                OnnxModel.domain(node.domain),
                node.overload,
                node.inputs,
                node.outputs,
                List.copyOf(node.subgraphs),
                List.copyOf(node.classLabels));
    }

    /// An attribute outside a node: a function's default value.
    void attribute() {
        new NodeFields().attribute(0);
    }

    private OnnxTensor tensor() {
        budget.tensor();
        var tensor = new TensorReader(wire).read();
        tensors.add(tensor);
        return tensor;
    }

    /// Reads both halves of a sparse tensor.
    ///
    /// @return its values, whose name is the whole's
    private OnnxTensor sparseTensor() {
        var sparse = new SparseFields();
        wire.message(sparse::read);
        if (sparse.values == null || sparse.indices == null) {
            throw Refusal.invalid("a sparse tensor lacks its values or its indices");
        }
        sparseTensors.add(new DenseForm(sparse.values, List.copyOf(sparse.dims)));
        return sparse.values;
    }

    private ValueInfoProto valueInfo() {
        budget.name();
        try {
            return ValueInfoProto.parseFrom(wire.bytes());
        } catch (InvalidProtocolBufferException e) {
            throw Refusal.invalid("the declaration of a graph's input or output is damaged");
        }
    }

    private static <T> T once(@Nullable T before, T now, String what) {
        if (before != null) {
            throw Refusal.invalid("the model file gives %s twice".formatted(what));
        }
        return now;
    }

    private final class SparseFields {
        private final List<Long> dims = new ArrayList<>();
        private @Nullable OnnxTensor values;
        private @Nullable OnnxTensor indices;

        private boolean read(int tag) {
            switch (tag) {
                case SparseTensorProto.VALUES_FIELD_NUMBER << 3 | BYTES ->
                        values = once(values, tensor(), "a sparse tensor's values");
                case SparseTensorProto.INDICES_FIELD_NUMBER << 3 | BYTES ->
                        indices = once(indices, tensor(), "a sparse tensor's indices");
                case SparseTensorProto.DIMS_FIELD_NUMBER << 3 | VARINT -> dim(wire.varint());
                case SparseTensorProto.DIMS_FIELD_NUMBER << 3 | BYTES -> wire.packed(this::dim);
                default -> {
                    return false;
                }
            }
            return true;
        }

        private void dim(long dim) {
            if (dims.size() == Shape.MAX_RANK) {
                throw Refusal.limit(
                        "a sparse tensor has more than %d axes".formatted(Shape.MAX_RANK));
            }
            dims.add(dim);
        }
    }

    private final class NodeFields {
        private final List<String> inputs = new ArrayList<>(2);
        private final List<String> outputs = new ArrayList<>(1);
        private final List<OnnxGraph> subgraphs = new ArrayList<>(0);
        private final List<String> classLabels = new ArrayList<>(0);
        private String name = "";
        private String opType = "";
        private String domain = "";
        private String overload = "";

        private boolean read(int tag, int depth) {
            switch (tag) {
                case NodeProto.INPUT_FIELD_NUMBER << 3 | BYTES -> inputs.add(operand());
                case NodeProto.OUTPUT_FIELD_NUMBER << 3 | BYTES -> outputs.add(operand());
                case NodeProto.NAME_FIELD_NUMBER << 3 | BYTES -> name = wire.text();
                case NodeProto.OP_TYPE_FIELD_NUMBER << 3 | BYTES -> opType = wire.text();
                case NodeProto.DOMAIN_FIELD_NUMBER << 3 | BYTES -> domain = wire.text();
                case NodeProto.OVERLOAD_FIELD_NUMBER << 3 | BYTES -> overload = wire.text();
                case NodeProto.ATTRIBUTE_FIELD_NUMBER << 3 | BYTES -> attribute(depth);
                default -> {
                    return false;
                }
            }
            return true;
        }

        private String operand() {
            budget.name();
            return wire.text();
        }

        private void attribute(int depth) {
            long start = wire.position();
            var attribute = new AttributeFields(depth);
            wire.message(attribute::read);
            subgraphs.addAll(attribute.subgraphs);
            if (attribute.name.equals("classlabels_int64s")
                    || attribute.name.equals("classlabels_strings")) {
                classLabels.addAll(ClassLabels.read(wire.again(start)));
            }
        }
    }

    private final class AttributeFields {
        private final int depth;
        private final List<OnnxGraph> subgraphs = new ArrayList<>(0);
        private String name = "";
        private @Nullable OnnxTensor tensor;
        private @Nullable OnnxTensor sparseTensor;
        private @Nullable OnnxGraph graph;

        private AttributeFields(int depth) {
            this.depth = depth;
        }

        private boolean read(int tag) {
            switch (tag) {
                case AttributeProto.NAME_FIELD_NUMBER << 3 | BYTES -> name = wire.text();
                case AttributeProto.T_FIELD_NUMBER << 3 | BYTES ->
                        tensor = once(tensor, tensor(), "an attribute's tensor");
                case AttributeProto.TENSORS_FIELD_NUMBER << 3 | BYTES -> tensor();
                case AttributeProto.SPARSE_TENSOR_FIELD_NUMBER << 3 | BYTES ->
                        sparseTensor =
                                once(sparseTensor, sparseTensor(), "an attribute's sparse tensor");
                case AttributeProto.SPARSE_TENSORS_FIELD_NUMBER << 3 | BYTES -> sparseTensor();
                case AttributeProto.G_FIELD_NUMBER << 3 | BYTES -> {
                    graph = once(graph, graph(depth + 1), "an attribute's graph");
                    subgraphs.add(graph);
                }
                case AttributeProto.GRAPHS_FIELD_NUMBER << 3 | BYTES ->
                        subgraphs.add(graph(depth + 1));
                case AttributeProto.FLOATS_FIELD_NUMBER << 3 | BYTES ->
                        attributeFloats += wire.skipBytes() / Float.BYTES;
                case AttributeProto.FLOATS_FIELD_NUMBER << 3 | FIXED32 -> {
                    wire.skip(FIXED32);
                    attributeFloats++;
                }
                default -> {
                    return false;
                }
            }
            return true;
        }
    }
}
