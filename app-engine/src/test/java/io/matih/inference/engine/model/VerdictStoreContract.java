package io.matih.inference.engine.model;

import static io.matih.inference.engine.deployment.StoreSamples.HOSTILE;
import static io.matih.inference.engine.deployment.StoreSamples.METADATA;
import static io.matih.inference.engine.deployment.StoreSamples.digest;

import static org.assertj.core.api.Assertions.assertThat;

import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ErrorDetail;

import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;

/// What every `VerdictStore` holds. Each test gets an empty store.
public abstract class VerdictStoreContract {
    private static final String RUNTIME = "onnxruntime 1.28.0";
    private static final Verdict ACCEPTED = new Verdict.Accepted(METADATA);
    private static final Verdict REFUSED =
            new Verdict.Refused(
                    ErrorCode.UNSUPPORTED_OPERATOR,
                    "the model uses 'o''brien', which is not supported",
                    List.of(
                            new ErrorDetail("graph.node[3]", "a known operator", HOSTILE),
                            new ErrorDetail("graph", null, null)));

    protected abstract VerdictStore verdicts();

    @Test
    void anEmptyStoreKnowsNothing() {
        assertThat(verdicts().find(digest(1), RUNTIME)).isEmpty();
    }

    @Test
    void bothOutcomesComeBackWhole() {
        verdicts().save(digest(1), RUNTIME, ACCEPTED);
        verdicts().save(digest(2), RUNTIME, REFUSED);

        assertThat(verdicts().find(digest(1), RUNTIME)).contains(ACCEPTED);
        assertThat(verdicts().find(digest(2), RUNTIME)).contains(REFUSED);
    }

    @Test
    void aVerdictHoldsForOneRuntime() {
        verdicts().save(digest(1), RUNTIME, ACCEPTED);

        assertThat(verdicts().find(digest(1), "onnxruntime 1.29.0")).isEmpty();
        assertThat(verdicts().find(digest(2), RUNTIME)).isEmpty();
    }

    @Test
    void aLaterVerdictReplacesAnEarlierOne() {
        verdicts().save(digest(1), RUNTIME, ACCEPTED);
        verdicts().save(digest(1), RUNTIME, REFUSED);

        assertThat(verdicts().find(digest(1), RUNTIME)).contains(REFUSED);
    }

    @Test
    void manyMaySaveTheSameVerdictAtOnce() throws Exception {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var saves =
                    IntStream.range(0, 16)
                            .mapToObj(
                                    _ ->
                                            threads.submit(
                                                    () ->
                                                            verdicts()
                                                                    .save(
                                                                            digest(1), RUNTIME,
                                                                            ACCEPTED)))
                            .toList();
            for (var save : saves) {
                save.get();
            }
        }

        assertThat(verdicts().find(digest(1), RUNTIME)).contains(ACCEPTED);
    }
}
