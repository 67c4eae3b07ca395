package io.matih.inference.engine.shadow;

import static io.matih.inference.engine.deployment.StoreSamples.deployNext;
import static io.matih.inference.engine.deployment.StoreSamples.undeploy;
import static io.matih.inference.engine.deployment.StoreSamples.version;

import static org.assertj.core.api.Assertions.assertThat;

import io.matih.inference.engine.deployment.DeploymentStore;
import io.matih.inference.engine.deployment.StoreSamples;
import io.matih.inference.engine.shadow.OutputRule.Comparator;

import org.junit.jupiter.api.Test;

import java.time.Instant;
import java.util.List;
import java.util.Map;

/// What every `ShadowStore` holds. Each test gets empty stores.
public abstract class ShadowStoreContract {
    private static final ShadowKey KEY = new ShadowKey("iris", 1, 2);
    private static final Instant MINUTE = Instant.parse("2026-11-24T09:12:00Z");
    private static final Sample SAMPLE =
            new Sample(
                    "x",
                    List.of(2L),
                    List.of(1.5, StoreSamples.HOSTILE.replace("\u0000", "")),
                    2,
                    false);

    protected abstract ShadowStore shadows();

    /// The deployments that belong to the same store.
    protected abstract DeploymentStore deployments();

    private static ComparisonState state(long trials) {
        return new ComparisonState(
                StoreSamples.AT,
                7,
                trials,
                9,
                1,
                2,
                3,
                "primary",
                "shadow",
                Map.of(
                        "y",
                        new OutputState(
                                OutputRule.of(Comparator.NUMERIC),
                                10,
                                0.5,
                                1.25,
                                0.99,
                                Map.of(17, 3L, 4000, 7L),
                                Map.of(17, 10L),
                                Map.of(),
                                Map.of()),
                        "label",
                        new OutputState(
                                OutputRule.of(Comparator.LABEL),
                                10,
                                1,
                                2,
                                null,
                                Map.of(),
                                Map.of(),
                                Map.of("cat", 10L),
                                Map.of("dog", 10L))),
                Map.of("z", "only the primary has it"),
                List.of(
                        new Disagreement(
                                null, 3, 0.5, List.of(SAMPLE), List.of(SAMPLE), List.of(SAMPLE))),
                "DEADLINE: late");
    }

    private static ShadowMinute minute(int number, long rows) {
        return new ShadowMinute(
                MINUTE.plusSeconds(60L * number), rows, rows - 1, 1, 2, 0.1, 0.2, 0.3, 0.4);
    }

    @Test
    void whatIsSavedComesBack() {
        deployNext(deployments(), version("iris", 1, 1));
        assertThat(shadows().find(KEY)).isEmpty();
        shadows().save(KEY, state(10));
        assertThat(shadows().find(KEY)).contains(state(10));
        shadows().save(KEY, state(11));
        assertThat(shadows().find(KEY)).contains(state(11));
        var begun = ComparisonState.begin(StoreSamples.AT);
        shadows().save(KEY, begun);
        assertThat(shadows().find(KEY)).contains(begun);
    }

    @Test
    void minutesComeInOrderAndAddUp() {
        deployNext(deployments(), version("iris", 1, 1));
        shadows().add(KEY, minute(2, 5));
        shadows().add(KEY, minute(1, 7));
        shadows().add(KEY, minute(2, 10));
        assertThat(shadows().minutes(KEY, MINUTE))
                .containsExactly(
                        minute(1, 7),
                        new ShadowMinute(
                                MINUTE.plusSeconds(120), 15, 13, 2, 4, 0.1, 0.2, 0.3, 0.4));
        assertThat(shadows().minutes(KEY, MINUTE.plusSeconds(61))).hasSize(1);
        shadows().forgetMinutes(MINUTE.plusSeconds(61));
        assertThat(shadows().minutes(KEY, MINUTE)).hasSize(1);
    }

    @Test
    void comparisonsAreApart() {
        deployNext(deployments(), version("iris", 1, 1));
        var other = new ShadowKey("iris", 1, 3);
        shadows().save(KEY, state(10));
        shadows().save(other, state(20));
        shadows().add(KEY, minute(1, 5));
        shadows().delete(KEY);
        assertThat(shadows().find(KEY)).isEmpty();
        assertThat(shadows().minutes(KEY, Instant.EPOCH)).isEmpty();
        assertThat(shadows().find(other)).contains(state(20));
    }

    @Test
    void nothingIsKeptOfADeploymentThatIsGone() {
        shadows().save(KEY, state(10));
        shadows().add(KEY, minute(1, 5));
        assertThat(shadows().find(KEY)).isEmpty();
        deployNext(deployments(), version("iris", 1, 1));
        shadows().save(KEY, state(10));
        shadows().add(KEY, minute(1, 5));
        deployments().undeployed(undeploy("iris", 2));
        assertThat(shadows().find(KEY)).isEmpty();
        assertThat(shadows().minutes(KEY, Instant.EPOCH)).isEmpty();
        shadows().save(KEY, state(10));
        assertThat(shadows().find(KEY)).isEmpty();
    }
}
