package io.matih.inference.engine.deployment;

import static io.matih.inference.engine.deployment.StoreSamples.CONFIG;
import static io.matih.inference.engine.deployment.StoreSamples.deploy;
import static io.matih.inference.engine.deployment.StoreSamples.deployNext;
import static io.matih.inference.engine.deployment.StoreSamples.deployment;
import static io.matih.inference.engine.deployment.StoreSamples.undeploy;
import static io.matih.inference.engine.deployment.StoreSamples.version;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ServingException;
import io.matih.inference.engine.model.ModelConfig;
import io.matih.inference.engine.model.ModelVersion;
import io.matih.inference.engine.model.ModelVersionStore;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/// What every `DeploymentStore` holds. Each test gets empty stores.
public abstract class DeploymentStoreContract {
    protected abstract DeploymentStore deployments();

    /// The versions that belong to the same store.
    protected abstract ModelVersionStore versions();

    @Test
    void anEmptyStoreKnowsNothing() {
        assertThat(deployments().deployments()).isEmpty();
        assertThat(deployments().revisions("iris")).isEmpty();
        assertThat(deployments().lastRevision("iris")).isZero();
    }

    @Test
    void aDeployAddsDeploymentVersionAndRevision() {
        var first = version("iris", 1, 1);

        deployments().deployed(first, deployment(first, 1), deploy(first, 1));

        assertThat(deployments().deployments()).containsExactly(deployment(first, 1));
        assertThat(versions().versions()).containsExactly(first);
        assertThat(deployments().revisions("iris")).containsExactly(deploy(first, 1));
        assertThat(deployments().lastRevision("iris")).isEqualTo(1);
    }

    @Test
    void anotherDeployReplacesTheDeploymentAndKeepsTheOldVersion() {
        var first = deployNext(deployments(), version("iris", 1, 1));
        var second = deployNext(deployments(), version("iris", 2, 2));

        assertThat(deployments().deployments()).containsExactly(deployment(second, 2));
        assertThat(versions().versions("iris")).containsExactly(first, second);
        assertThat(deployments().revisions("iris"))
                .containsExactly(deploy(second, 2), deploy(first, 1));
    }

    @Test
    void whatIsUnsetAndEmptyComesBackSo() {
        var first = version("iris", 1, 1);
        var plain =
                new DeploymentRecord(
                        "iris",
                        1,
                        "onnxruntime",
                        ModelConfig.DEFAULT,
                        Map.of(),
                        false,
                        1,
                        StoreSamples.AT);

        deployments().deployed(first, plain, deploy(first, 1));

        assertThat(deployments().deployments()).containsExactly(plain);
    }

    @Test
    void deploymentsAreListedByName() {
        for (var name : List.of("b", "a", "c")) {
            deployNext(deployments(), version(name, 1, 1));
        }

        assertThat(deployments().deployments())
                .extracting(DeploymentRecord::name)
                .containsExactly("a", "b", "c");
    }

    @Test
    void namesThatDifferInCaseAreDifferent() {
        deployNext(deployments(), version("iris", 1, 1));
        deployNext(deployments(), version("Iris", 1, 2));

        assertThat(deployments().deployments()).hasSize(2);
        assertThat(deployments().lastRevision("IRIS")).isZero();
    }

    @Test
    void theSameVersionWithTheSameDigestMayBeDeployedAgain() {
        var first = deployNext(deployments(), version("iris", 1, 1));

        deployNext(deployments(), version("iris", 1, 1));

        assertThat(versions().versions()).containsExactly(first);
        assertThat(deployments().lastRevision("iris")).isEqualTo(2);
    }

    @Test
    void theSameVersionWithAnotherDigestIsRefusedAndChangesNothing() {
        var first = deployNext(deployments(), version("iris", 1, 1));

        assertRefused(ErrorCode.CONFLICT, () -> deployNext(deployments(), version("iris", 1, 2)));

        assertThat(versions().versions()).containsExactly(first);
        assertThat(deployments().deployments()).containsExactly(deployment(first, 1));
        assertThat(deployments().lastRevision("iris")).isEqualTo(1);
    }

    @Test
    void aRevisionNumberThatIsTakenIsRefusedAndChangesNothing() {
        var first = deployNext(deployments(), version("iris", 1, 1));
        var second = version("iris", 2, 2);

        assertRefused(
                ErrorCode.CONFLICT,
                () -> deployments().deployed(second, deployment(second, 1), deploy(second, 1)));
        assertRefused(ErrorCode.CONFLICT, () -> deployments().undeployed(undeploy("iris", 1)));

        assertThat(versions().versions()).containsExactly(first);
        assertThat(deployments().deployments()).containsExactly(deployment(first, 1));
        assertThat(deployments().revisions("iris")).containsExactly(deploy(first, 1));
    }

    @Test
    void anUndeployKeepsVersionsAndRevisions() {
        var first = deployNext(deployments(), version("iris", 1, 1));
        deployNext(deployments(), version("wine", 1, 2));

        deployments().undeployed(undeploy("iris", 2));

        assertThat(deployments().deployments())
                .extracting(DeploymentRecord::name)
                .containsExactly("wine");
        assertThat(versions().versions("iris")).containsExactly(first);
        assertThat(deployments().revisions("iris"))
                .containsExactly(undeploy("iris", 2), deploy(first, 1));
    }

    @Test
    void revisionsGoOnAfterAnUndeploy() {
        deployNext(deployments(), version("iris", 1, 1));
        deployments().undeployed(undeploy("iris", 2));

        deployNext(deployments(), version("iris", 1, 1));

        assertThat(deployments().revisions("iris"))
                .extracting(Revision::number)
                .containsExactly(3L, 2L, 1L);
    }

    @Test
    void anUndeployOfWhatIsNotDeployedIsRefusedAndLeavesNoRevision() {
        assertRefused(
                ErrorCode.MODEL_NOT_FOUND, () -> deployments().undeployed(undeploy("iris", 1)));

        assertThat(deployments().lastRevision("iris")).isZero();
    }

    @Test
    void instantsAreKeptToTheMicrosecond() {
        var first = version("iris", 1, 1);
        var at = Instant.parse("1999-12-31T23:59:59.999999999Z");
        var precise =
                new DeploymentRecord("iris", 1, "onnxruntime", CONFIG, Map.of(), false, 1, at);

        deployments().deployed(first, precise, deploy(first, 1));

        assertThat(deployments().deployments())
                .extracting(DeploymentRecord::updatedAt)
                .containsExactly(Instant.parse("1999-12-31T23:59:59.999999Z"));
    }

    @Test
    void ofManyDeploysAtOnceWithOneNumberOneHappens() throws Exception {
        int contenders = 8;
        var together = new CyclicBarrier(contenders);
        var outcomes = new ArrayList<Future<Boolean>>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 1; i <= contenders; i++) {
                var contender = version("iris", i, i);
                outcomes.add(threads.submit(attempt(together, contender)));
            }
        }

        int happened = 0;
        for (var outcome : outcomes) {
            happened += outcome.get() ? 1 : 0;
        }
        assertThat(happened).isEqualTo(1);
        assertThat(deployments().deployments()).hasSize(1);
        assertThat(deployments().revisions("iris")).hasSize(1);
        assertThat(versions().versions()).hasSize(1);
    }

    private Callable<Boolean> attempt(CyclicBarrier together, ModelVersion version) {
        return () -> {
            together.await();
            try {
                deployments().deployed(version, deployment(version, 1), deploy(version, 1));
                return true;
            } catch (ServingException e) {
                assertThat(e.code()).isEqualTo(ErrorCode.CONFLICT);
                return false;
            }
        };
    }

    private static void assertRefused(ErrorCode code, ThrowingCallable change) {
        assertThatExceptionOfType(ServingException.class)
                .isThrownBy(change)
                .satisfies(refusal -> assertThat(refusal.code()).isEqualTo(code));
    }
}
