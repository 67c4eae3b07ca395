package io.matih.inference.engine.deployment;

import io.matih.inference.engine.model.DynamicBatching;
import io.matih.inference.engine.model.Finding;
import io.matih.inference.engine.model.InstanceKind;
import io.matih.inference.engine.model.ModelConfig;
import io.matih.inference.engine.model.ModelMetadata;
import io.matih.inference.engine.model.ModelVersion;
import io.matih.inference.engine.model.QueuePolicy;
import io.matih.inference.engine.model.QueuePolicy.TimeoutAction;
import io.matih.inference.engine.tensor.Datatype;
import io.matih.inference.engine.tensor.Shape;
import io.matih.inference.engine.tensor.TensorSpec;

import java.time.Instant;
import java.util.List;
import java.util.Map;

/// Things to store in tests, with a value in every field and with text that breaks naive storage.
public final class StoreSamples {
    public static final Instant AT = Instant.parse("2026-11-01T01:30:00.123456Z");

    /// A tensor name is free text: quotes, SQL, NUL, bidirectional marks.
    public static final String HOSTILE =
            "x'; DROP TABLE deployments; -- \" \\ :name <name> ? \u0000 \u202e \ud83d\ude00";

    public static final ModelMetadata METADATA =
            new ModelMetadata(
                    List.of(
                            new TensorSpec(HOSTILE, Datatype.FP32, Shape.of(Shape.ANY, 4), true),
                            new TensorSpec("scalar", Datatype.BYTES, Shape.of())),
                    List.of(new TensorSpec("y", Datatype.INT64, Shape.of(Shape.ANY))),
                    10,
                    Map.of("ai.onnx", 21L, "ai.onnx.ml", 3L),
                    "skl2onnx 1.19",
                    "petals and sepals",
                    7,
                    5_000_000_000L,
                    20_000_000_000L,
                    List.of("org.example"),
                    List.of("weights.bin"),
                    List.of("scalar"),
                    List.of(new Finding(Finding.Severity.WARNING, "CUSTOM_DOMAIN", HOSTILE)));

    public static final ModelConfig CONFIG =
            new ModelConfig(
                    64,
                    2,
                    3,
                    new DynamicBatching(
                            List.of(8, 16),
                            500,
                            true,
                            3,
                            2,
                            new QueuePolicy(TimeoutAction.DELAY, 250_000, false, 50),
                            Map.of(1, QueuePolicy.DEFAULT),
                            true),
                    true,
                    List.of(new ModelConfig.InstanceGroup(InstanceKind.KIND_GPU, 2, List.of(0, 1))),
                    List.of(new ModelConfig.Warmup("w", 1, 3)));

    private StoreSamples() {}

    /// 64 hex digits that differ by `seed`.
    public static String digest(int seed) {
        return "%064x".formatted(seed);
    }

    public static ModelVersion version(String name, int version, int digestSeed) {
        return new ModelVersion(
                name,
                version,
                digest(digestSeed),
                5_000_000_000L,
                "s3://models/" + name + "/" + version + "/model.onnx",
                METADATA,
                AT);
    }

    public static DeploymentRecord deployment(ModelVersion version, long revision) {
        return deployment(List.of(stable(version, Variant.ALL)), version.name(), revision);
    }

    public static DeploymentRecord deployment(List<Variant> variants, String name, long revision) {
        return new DeploymentRecord(name, variants, revision, AT.plusSeconds(revision));
    }

    public static Variant stable(ModelVersion version, int weight) {
        return new Variant(
                version.version(),
                Variant.Role.STABLE,
                weight,
                "onnxruntime",
                CONFIG,
                Map.of(HOSTILE, List.of("sl", "sw", "pl", "pw")),
                true);
    }

    public static Revision deploy(ModelVersion version, long number) {
        return new Revision(
                version.name(),
                number,
                Revision.Action.DEPLOY,
                version.version(),
                version.digest(),
                List.of(stable(version, Variant.ALL)),
                "local",
                HOSTILE.replace("\u0000", ""),
                AT.plusSeconds(number));
    }

    public static Revision undeploy(String name, long number) {
        return new Revision(
                name,
                number,
                Revision.Action.UNDEPLOY,
                null,
                null,
                List.of(),
                "key 'o''brien'",
                null,
                AT.plusSeconds(number));
    }

    /// Deploys a version as a deployment's next revision.
    public static ModelVersion deployNext(DeploymentStore store, ModelVersion version) {
        long number = store.lastRevision(version.name()) + 1;
        store.deployed(version, deployment(version, number), deploy(version, number));
        return version;
    }
}
