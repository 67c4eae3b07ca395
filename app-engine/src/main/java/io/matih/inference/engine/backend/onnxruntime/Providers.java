package io.matih.inference.engine.backend.onnxruntime;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;

import io.matih.inference.engine.backend.Backend.ProviderReport;

import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// Finds out which execution providers work here, by running a real session on each, once.
final class Providers {
    private final Sessions sessions;
    private final Map<Place, ProviderReport> reports = new ConcurrentHashMap<>();

    Providers(Sessions sessions) {
        this.sessions = sessions;
    }

    List<ProviderReport> all() {
        return Arrays.stream(Provider.values()).map(p -> report(p, 0)).toList();
    }

    ProviderReport report(Provider provider, int ordinal) {
        return reports.computeIfAbsent(new Place(provider, ordinal), this::examine);
    }

    private ProviderReport examine(Place place) {
        var label = place.provider.label();
        if (!OrtEnvironment.getAvailableProviders().contains(place.provider.runtimeProvider())) {
            return new ProviderReport(
                    label, false, false, "this build of ONNX Runtime has no " + label);
        }
        try {
            run(place);
            return new ProviderReport(label, true, true, deviceName(place));
        } catch (OrtException e) {
            return new ProviderReport(label, true, false, OrtErrors.clean(e));
        }
    }

    private void run(Place place) throws OrtException {
        var plan = Sessions.Plan.simple(place.provider, place.ordinal, OptimizationLevel.ALL);
        try (var session = sessions.open(TinyModel.bytes(), plan);
                var input =
                        OnnxTensor.createTensor(
                                sessions.environment(),
                                FloatBuffer.wrap(new float[TinyModel.LENGTH]),
                                new long[] {TinyModel.LENGTH})) {
            session.run(Map.of(TinyModel.INPUT, input)).close();
        }
    }

    private static String deviceName(Place place) {
        return place.provider == Provider.CPU
                ? Runtime.getRuntime().availableProcessors() + " processors"
                : place.provider.device(place.ordinal) + cudaName(place.ordinal);
    }

    /// As the NVIDIA driver names it, where it tells.
    private static String cudaName(int ordinal) {
        try (var cards = Files.list(Path.of("/proc/driver/nvidia/gpus"))) {
            return cards.sorted()
                    .skip(ordinal)
                    .findFirst()
                    .map(Providers::model)
                    .orElse("");
        } catch (IOException e) {
            return "";
        }
    }

    private static String model(Path card) {
        try (var lines = Files.lines(card.resolve("information"))) {
            return lines.filter(line -> line.startsWith("Model:"))
                    .findFirst()
                    .map(line -> " (" + line.substring("Model:".length()).strip() + ")")
                    .orElse("");
        } catch (IOException e) {
            return "";
        }
    }

    private record Place(Provider provider, int ordinal) {}
}
