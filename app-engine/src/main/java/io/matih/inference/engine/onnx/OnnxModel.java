package io.matih.inference.engine.onnx;

import io.matih.inference.engine.onnx.proto.OnnxMl.ValueInfoProto;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// An ONNX file's structure, its weights left out.
///
/// @param irVersion 0 where the file does not say
/// @param opsets operator set version by domain, `ai.onnx` for the default one
/// @param tensors every tensor stored anywhere: initializers, both halves of sparse ones,
///   attributes of nodes in any graph, subgraph, function and training graph
/// @param nodes operators in all graphs and functions
/// @param attributeFloats numbers in lists of floats: trees and linear models keep weights there
/// @param sparseTensors shapes and element types that sparse tensors take once expanded
/// @param training whether there are training graphs; they are never run
record OnnxModel(
        long irVersion,
        Map<String, Long> opsets,
        String producer,
        String description,
        OnnxGraph graph,
        List<OnnxFunction> functions,
        List<OnnxTensor> tensors,
        List<DenseForm> sparseTensors,
        int nodes,
        long attributeFloats,
        boolean training) {
    /// The domain of ONNX's own operators; a file may also write it as an empty string.
    static final String DEFAULT_DOMAIN = "ai.onnx";

    static String domain(String written) {
        return written.isEmpty() ? DEFAULT_DOMAIN : written;
    }

    /// A graph, in the order of the file.
    ///
    /// @param initializers names of stored tensors, sparse ones included
    record OnnxGraph(
            List<OnnxNode> nodes,
            List<String> initializers,
            List<ValueInfoProto> inputs,
            List<ValueInfoProto> outputs) {
        Stream<OnnxNode> allNodes() {
            return nodes.stream().flatMap(OnnxNode::withSubgraphs);
        }
    }

    /// One operator.
    ///
    /// @param inputs tensor names, empty where an optional one is left out
    /// @param classLabels of a `ZipMap`, else empty
    record OnnxNode(
            String name,
            String opType,
            String domain,
            String overload,
            List<String> inputs,
            List<String> outputs,
            List<OnnxGraph> subgraphs,
            List<String> classLabels) {
        boolean is(String otherDomain, String otherType) {
            return domain.equals(otherDomain) && opType.equals(otherType);
        }

        Stream<OnnxNode> withSubgraphs() {
            return Stream.concat(Stream.of(this), subgraphs.stream().flatMap(OnnxGraph::allNodes));
        }

        /// As messages name it: `MatMul 'layer1/MatMul'`.
        String label() {
            var shown = name.isEmpty() ? outputs.stream().findFirst().orElse("") : name;
            return "%s '%s'".formatted(Refusal.clip(opType), Refusal.clip(shown));
        }
    }

    /// An operator that the file itself defines.
    record OnnxFunction(
            FunctionKey key,
            List<String> inputs,
            List<String> outputs,
            List<OnnxNode> nodes,
            Map<String, Long> opsets) {
        OnnxFunction {
            opsets = Map.copyOf(opsets);
        }
    }

    /// What a node calls a function by.
    record FunctionKey(String domain, String name, String overload) {
        static FunctionKey of(OnnxNode node) {
            return new FunctionKey(node.domain(), node.opType(), node.overload());
        }

        String label() {
            return "%s.%s".formatted(Refusal.clip(domain), Refusal.clip(name));
        }
    }

    /// A stored tensor without its values.
    ///
    /// @param dataType ONNX's number of the element type
    /// @param rawBytes length of its raw data; -1 where there is none
    /// @param values how many values its typed lists hold
    /// @param textBytes length of its strings
    /// @param external whether its values lie in another file
    /// @param externalData how to find them, as written
    record OnnxTensor(
            String name,
            int dataType,
            List<Long> dims,
            long rawBytes,
            long values,
            long textBytes,
            boolean external,
            List<Map.Entry<String, String>> externalData) {
        String label() {
            return Refusal.clip(name);
        }
    }

    /// What a sparse tensor becomes in memory, for the runtime has no other form.
    record DenseForm(OnnxTensor values, List<Long> dims) {}
}
