package io.matih.inference.engine.onnx;

import io.matih.inference.engine.error.ServingException;
import io.matih.inference.engine.model.Finding;
import io.matih.inference.engine.model.ModelMetadata;
import io.matih.inference.engine.tensor.Datatype;
import io.matih.inference.engine.tensor.TensorSpec;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/// Examines a model file before any runtime sees it: what it declares, and whether it may be loaded
/// at all. Any thread may use it; heap is needed for nodes and names, none for weights.
public final class OnnxInspector {
    private final OnnxLimits limits;

    public OnnxInspector(OnnxLimits limits) {
        this.limits = limits;
    }

    /// Operators of ONNX Runtime's own that loop inside.
    private static final Set<String> SEARCHES =
            Set.of("BeamSearch", "WhisperBeamSearch", "GreedySearch", "Sampling");

    /// @param modelFile the folder that it is in also holds its external data
    /// @throws ServingException `MODEL_INVALID`, `MODEL_LIMIT`, `UNSUPPORTED_OPERATOR`,
    ///   `EXTERNAL_DATA_FORBIDDEN`
    public ModelMetadata inspect(Path modelFile) {
        var model = new OnnxReader(limits).read(modelFile);
        // First of all, for it is the one question on which the safety of others' files hangs.
        var references = OnnxExternalData.references(model);
        new ExternalFiles(modelFile, limits).require(references);
        var operatorSets = new OperatorSets(model);
        operatorSets.require();
        GraphOrder.require(model);
        FunctionExpansion.require(model, limits);
        var stored = StoredTensors.require(model, limits);
        var signature = new SignatureReader(model, limits);
        var inputs = signature.inputs();
        var outputs = signature.outputs();
        var externalData = OnnxExternalData.locations(references);
        var sizingInputs = SizingInputs.of(model);
        var findings = new ArrayList<>(signature.findings());
        findings.addAll(findings(model, externalData, sizingInputs));
        return new ModelMetadata(
                inputs,
                outputs,
                model.irVersion(),
                model.opsets(),
                model.producer(),
                model.description(),
                model.nodes(),
                stored.elements(),
                stored.bytes(),
                operatorSets.customDomains(),
                List.copyOf(externalData),
                sizingInputs,
                findings,
                signature.classLabels(),
                sizingInputs.isEmpty() && isStraight(model) && hasFixedRows(inputs));
    }

    /// Whether every run takes the same way through the graph.
    private static boolean isStraight(OnnxModel model) {
        return Stream.concat(
                        model.graph().nodes().stream(),
                        model.functions().stream().flatMap(function -> function.nodes().stream()))
                .allMatch(node -> node.subgraphs().isEmpty() && !SEARCHES.contains(node.opType()));
    }

    private static boolean hasFixedRows(List<TensorSpec> inputs) {
        return inputs.stream()
                .allMatch(
                        input ->
                                input.datatype() != Datatype.BYTES
                                        && input.shape().rank() > 0
                                        && input.shape().withAxis(0, 1).isConcrete());
    }

    private static List<Finding> findings(
            OnnxModel model, Set<String> externalData, List<String> sizingInputs) {
        var findings = new ArrayList<Finding>();
        if (!externalData.isEmpty()) {
            findings.add(
                    info(
                            "EXTERNAL_DATA",
                            "weights lie in %d files beside the model"
                                    .formatted(externalData.size())));
        }
        for (var input : sizingInputs) {
            findings.add(
                    warning(
                            "SIZING_INPUT",
                            "the value of input '%s' sets how large tensors become"
                                    .formatted(Refusal.clip(input))));
        }
        if (model.training()) {
            findings.add(info("TRAINING_INFO", "the training graphs in the file are not used"));
        }
        if (OperatorSets.isMachineSpecific(model)) {
            findings.add(
                    warning(
                            "MACHINE_SPECIFIC",
                            "the file was optimized for one kind of processor and may fail or be"
                                    + " slow on another"));
        }
        return findings;
    }

    private static Finding info(String code, String message) {
        return new Finding(Finding.Severity.INFO, code, message);
    }

    private static Finding warning(String code, String message) {
        return new Finding(Finding.Severity.WARNING, code, message);
    }
}
