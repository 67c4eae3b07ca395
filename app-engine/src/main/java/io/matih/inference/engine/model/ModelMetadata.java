package io.matih.inference.engine.model;

import io.matih.inference.engine.tensor.Shape;
import io.matih.inference.engine.tensor.TensorSpec;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// What a model declares, read from its file and confirmed by loading it once.
///
/// @param inputs what a request sends, in the graph's order, initializers left out
/// @param outputs what an answer holds, in the graph's order
/// @param irVersion version of the ONNX file format
/// @param opsets operator set version by domain; the default domain is `ai.onnx`
/// @param producer program that wrote the file, and its version; empty if not said
/// @param description the author's words; empty if not said
/// @param nodes operators in the graph and all its subgraphs
/// @param parameters weight elements
/// @param weightBytes bytes of weights, external data included
/// @param customDomains operator domains that are neither ONNX's nor ONNX Runtime's own
/// @param externalData relative names of the data files beside the model
/// @param sizingInputs integer inputs whose values, not shapes, set how large an output becomes
/// @param findings what the operator should know
/// @param classLabels by output: the class of each column, of outputs that the file declares as
///   maps from class to score; whole numbers written as text
/// @param steady whether the shapes of a request's inputs alone tell how long a run takes: no
///   loops, no branches, no inputs that set sizes, no axis but the first of any length
public record ModelMetadata(
        List<TensorSpec> inputs,
        List<TensorSpec> outputs,
        long irVersion,
        Map<String, Long> opsets,
        String producer,
        String description,
        int nodes,
        long parameters,
        long weightBytes,
        List<String> customDomains,
        List<String> externalData,
        List<String> sizingInputs,
        List<Finding> findings,
        Map<String, List<String>> classLabels,
        boolean steady) {
    public ModelMetadata {
        inputs = List.copyOf(inputs);
        outputs = List.copyOf(outputs);
        opsets = Map.copyOf(opsets);
        customDomains = List.copyOf(customDomains);
        externalData = List.copyOf(externalData);
        sizingInputs = List.copyOf(sizingInputs);
        findings = List.copyOf(findings);
        classLabels = Map.copyOf(classLabels);
    }

    /// Of a model whose outputs are all tensors.
    public ModelMetadata(
            List<TensorSpec> inputs,
            List<TensorSpec> outputs,
            long irVersion,
            Map<String, Long> opsets,
            String producer,
            String description,
            int nodes,
            long parameters,
            long weightBytes,
            List<String> customDomains,
            List<String> externalData,
            List<String> sizingInputs,
            List<Finding> findings) {
        this(
                inputs,
                outputs,
                irVersion,
                opsets,
                producer,
                description,
                nodes,
                parameters,
                weightBytes,
                customDomains,
                externalData,
                sizingInputs,
                findings,
                Map.of(),
                false);
    }

    /// Whether every input and output has a first axis of any length, so that requests can be
    /// joined and split along it.
    public boolean batchable() {
        return Stream.concat(inputs.stream(), outputs.stream())
                .map(TensorSpec::shape)
                .allMatch(shape -> shape.rank() > 0 && shape.axis(0) == Shape.ANY);
    }

    /// The same as it looks from outside.
    ///
    /// @param further names of classes, by output
    ModelMetadata presentedAs(
            List<TensorSpec> seenInputs,
            List<TensorSpec> seenOutputs,
            Map<String, List<String>> further) {
        var labels = new HashMap<>(classLabels);
        labels.putAll(further);
        return new ModelMetadata(
                seenInputs,
                seenOutputs,
                irVersion,
                opsets,
                producer,
                description,
                nodes,
                parameters,
                weightBytes,
                customDomains,
                externalData,
                sizingInputs,
                findings,
                labels,
                steady);
    }

    public ModelMetadata withFinding(Finding finding) {
        return new ModelMetadata(
                inputs,
                outputs,
                irVersion,
                opsets,
                producer,
                description,
                nodes,
                parameters,
                weightBytes,
                customDomains,
                externalData,
                sizingInputs,
                Stream.concat(findings.stream(), Stream.of(finding)).toList(),
                classLabels,
                steady);
    }
}
