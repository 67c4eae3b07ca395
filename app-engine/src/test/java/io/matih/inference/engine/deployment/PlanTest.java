package io.matih.inference.engine.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import io.matih.inference.engine.cache.CacheCandidate;
import io.matih.inference.engine.cache.CacheSettings;
import io.matih.inference.engine.cache.CachedModel;
import io.matih.inference.engine.cache.Footprint;
import io.matih.inference.engine.cache.ModelCache;
import io.matih.inference.engine.deployment.Variant.Role;
import io.matih.inference.engine.model.ModelConfig;
import io.matih.inference.engine.serving.ServedVersion;
import io.matih.inference.engine.serving.Signature;
import io.matih.inference.engine.telemetry.CacheMeters;
import io.matih.inference.engine.telemetry.ServingMeters;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.util.HashSet;
import java.util.List;
import java.util.Map;

/// Where requests go: shares within what chance allows, the same key the same way.
class PlanTest {
    private static final int REQUESTS = 100_000;

    /// Of a binomial count's deviations from its mean, in standard deviations: exceeded by chance
    /// once in 10^9 times.
    private static final double MOST_DEVIATIONS = 6.1;

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final ServingMeters meters = new ServingMeters(registry);
    private final ModelCache cache =
            new ModelCache(
                    new CacheSettings(null, null, 0, CacheSettings.LOAD_TIMEOUT, true, null),
                    new CacheMeters(registry));

    @AfterEach
    void close() {
        cache.close();
    }

    @Test
    void requestsWithoutAKeyAreSharedOutByWeight() {
        for (int weight : new int[] {1, 10, 50, 99}) {
            var plan = plan("iris", weight);
            int canary = 0;
            for (int i = 0; i < REQUESTS; i++) {
                canary += version(plan.choose(null)) == 2 ? 1 : 0;
            }
            requireShare(canary, weight);
        }
    }

    @Test
    void keysAreSharedOutByWeightAndStay() {
        for (int weight : new int[] {1, 10, 50, 99}) {
            var plan = plan("iris", weight);
            int canary = 0;
            for (int i = 0; i < REQUESTS; i++) {
                int first = version(plan.choose("user-" + i));
                assertThat(version(plan.choose("user-" + i))).isEqualTo(first);
                canary += first == 2 ? 1 : 0;
            }
            requireShare(canary, weight);
        }
    }

    private static void requireShare(int count, int percent) {
        double share = percent / 100.0;
        double deviation = Math.sqrt(REQUESTS * share * (1 - share));
        assertThat(Math.abs(count - REQUESTS * share) / deviation)
                .as("%d of %d at %d %%", count, REQUESTS, percent)
                .isLessThan(MOST_DEVIATIONS);
    }

    @Test
    void aCanaryThatIsGivenMoreKeepsThoseItHad() {
        var little = plan("iris", 10);
        var more = plan("iris", 35);
        for (int i = 0; i < 10_000; i++) {
            if (version(little.choose("user-" + i)) == 2) {
                assertThat(version(more.choose("user-" + i))).isEqualTo(2);
            }
        }
    }

    @Test
    void anotherDeploymentPicksOtherKeys() {
        var here = plan("iris", 10);
        var there = plan("wine", 10);
        int both = 0;
        for (int i = 0; i < REQUESTS; i++) {
            both +=
                    version(here.choose("user-" + i)) == 2
                                    && version(there.choose("user-" + i)) == 2
                            ? 1
                            : 0;
        }
        requireShare(both, 1);
    }

    @Test
    void withWeightsOfNothingAndEverythingChanceHasNoSay() {
        for (int i = 0; i < 10_000; i++) {
            assertThat(version(plan("iris", 0).choose(null))).isEqualTo(1);
            assertThat(version(plan("iris", 100).choose("user-" + i))).isEqualTo(2);
        }
    }

    @Test
    void severalCanariesHaveTheirShares() {
        var plan =
                new Plan(
                        "iris",
                        List.of(
                                deployed(1, Role.STABLE, 70),
                                deployed(2, Role.CANARY, 10),
                                deployed(3, Role.CANARY, 20)),
                        Map.of(),
                        List.of());
        var counts = new int[4];
        for (int i = 0; i < REQUESTS; i++) {
            counts[version(plan.choose(null))]++;
        }
        requireShare(counts[1], 70);
        requireShare(counts[2], 10);
        requireShare(counts[3], 20);
    }

    @Test
    void numbersRolesAndLabelsName() {
        var plan =
                new Plan(
                        "iris",
                        List.of(deployed(1, Role.STABLE, 90), deployed(2, Role.CANARY, 10)),
                        Map.of("blue", 2, "old", 7),
                        List.of());
        var named = new HashSet<Integer>();
        for (var name : List.of("2", "canary", "blue")) {
            named.add(version(plan.named(name)));
        }
        assertThat(named).containsExactly(2);
        assertThat(version(plan.named("stable"))).isEqualTo(1);
        assertThat(plan.named("7")).isNull();
        assertThat(plan.named("old")).isNull();
        assertThat(plan.named("green")).isNull();
    }

    private Plan plan(String name, int canary) {
        return new Plan(
                name,
                List.of(deployed(1, Role.STABLE, 100 - canary), deployed(2, Role.CANARY, canary)),
                Map.of(),
                List.of());
    }

    private static int version(@Nullable DeployedVersion chosen) {
        return chosen == null ? 0 : chosen.variant().version();
    }

    private DeployedVersion deployed(int number, Role role, int weight) {
        var version = StoreSamples.version("iris", number, number);
        CachedModel<ServedVersion> nothing =
                cache.add(
                        new CacheCandidate<>(
                                "iris",
                                number,
                                new Footprint(Map.of(), false),
                                false,
                                _ -> {
                                    throw new IllegalStateException("nobody loads it");
                                }));
        return new DeployedVersion(
                new Variant(
                        number, role, weight, "onnxruntime", ModelConfig.DEFAULT, Map.of(), false),
                version,
                new Signature("iris", number, version.metadata(), Map.of()),
                meters.open("iris", number, "onnxruntime"),
                nothing);
    }
}
