package io.matih.inference.engine.deployment;

import static io.matih.inference.engine.deployment.Revision.Action.DEPLOY;
import static io.matih.inference.engine.deployment.Revision.Action.PROMOTE;
import static io.matih.inference.engine.deployment.Revision.Action.TRAFFIC;
import static io.matih.inference.engine.deployment.Revision.Action.WITHDRAW;
import static io.matih.inference.engine.deployment.StoreSamples.deploy;
import static io.matih.inference.engine.deployment.StoreSamples.deployNext;
import static io.matih.inference.engine.deployment.StoreSamples.deployment;
import static io.matih.inference.engine.deployment.StoreSamples.stable;
import static io.matih.inference.engine.deployment.StoreSamples.undeploy;
import static io.matih.inference.engine.deployment.StoreSamples.version;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.matih.inference.engine.deployment.Variant.Role;
import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ServingException;
import io.matih.inference.engine.model.ModelConfig;
import io.matih.inference.engine.model.ModelVersion;
import io.matih.inference.engine.model.ModelVersionStore;
import io.matih.inference.engine.shadow.Gate;
import io.matih.inference.engine.shadow.OutputRule;
import io.matih.inference.engine.shadow.ShadowPolicy;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/// What every `DeploymentStore` holds. Each test gets empty stores.
public abstract class DeploymentStoreContract {
    private static final Variant PLAIN =
            new Variant(1, Role.STABLE, 100, "onnxruntime", ModelConfig.DEFAULT, Map.of(), false);

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
    void howAShadowIsJudgedComesBack() {
        var first = deployNext(deployments(), version("iris", 1, 1));
        var second = version("iris", 2, 2);
        var policy =
                new ShadowPolicy(
                        20,
                        new Gate(5, 0.5, 2.5, 0, Duration.ofHours(3), true, Duration.ofMinutes(5)),
                        Map.of("y", OutputRule.of(OutputRule.Comparator.TOP_K)),
                        Set.of("x"),
                        true);
        var variants = List.of(stable(first, 100), stable(second, 100).shadowing(policy));
        var shadowed = deployment(variants, "iris", 2);
        var revision =
                new Revision(
                        "iris",
                        2,
                        DEPLOY,
                        1,
                        first.digest(),
                        variants,
                        "local",
                        null,
                        StoreSamples.AT);

        deployments().deployed(second, shadowed, revision);

        assertThat(deployments().deployments()).containsExactly(shadowed);
        assertThat(deployments().revisions("iris").getFirst()).isEqualTo(revision);
    }

    @Test
    void whatIsUnsetAndEmptyComesBackSo() {
        var first = version("iris", 1, 1);
        var plain = new DeploymentRecord("iris", List.of(PLAIN), 1, StoreSamples.AT);

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
    void aCanaryComesAndItsShareChangesAndItBecomesStable() {
        var first = deployNext(deployments(), version("iris", 1, 1));
        var second = version("iris", 2, 2);
        var beside = List.of(stable(first, 90), canary(10));

        deployments().deployed(second, deployment(beside, "iris", 2), revision(2, DEPLOY, beside));

        assertThat(versions().versions("iris")).containsExactly(first, second);
        assertThat(deployments().deployments()).containsExactly(deployment(beside, "iris", 2));
        assertThat(deployments().revisions("iris").getFirst())
                .isEqualTo(revision(2, DEPLOY, beside));

        var shared = List.of(stable(first, 25), canary(75));
        deployments().changed(deployment(shared, "iris", 3), revision(3, TRAFFIC, shared));
        var promoted = List.of(canary(75).as(Role.STABLE, 100));
        deployments().changed(deployment(promoted, "iris", 4), revision(4, PROMOTE, promoted));

        assertThat(deployments().deployments()).containsExactly(deployment(promoted, "iris", 4));
        assertThat(deployments().revisions("iris"))
                .containsExactly(
                        revision(4, PROMOTE, promoted),
                        revision(3, TRAFFIC, shared),
                        revision(2, DEPLOY, beside),
                        deploy(first, 1));
    }

    @Test
    void aVersionThatIsACanaryIsInUse() {
        var first = deployNext(deployments(), version("iris", 1, 1));
        var beside = List.of(stable(first, 90), canary(10));
        deployments()
                .deployed(
                        version("iris", 2, 2),
                        deployment(beside, "iris", 2),
                        revision(2, DEPLOY, beside));

        assertRefused(ErrorCode.IN_USE, () -> versions().delete("iris", 2));

        var alone = List.of(stable(first, 100));
        deployments().changed(deployment(alone, "iris", 3), revision(3, WITHDRAW, alone));
        versions().delete("iris", 2);
        assertThat(versions().versions("iris")).containsExactly(first);
    }

    @Test
    void aChangeOfWhatIsNotDeployedOrAtATakenNumberIsRefusedAndChangesNothing() {
        var alone = List.of(PLAIN);
        assertRefused(
                ErrorCode.MODEL_NOT_FOUND,
                () ->
                        deployments()
                                .changed(
                                        deployment(alone, "iris", 1), revision(1, TRAFFIC, alone)));
        assertThat(deployments().lastRevision("iris")).isZero();

        var first = deployNext(deployments(), version("iris", 1, 1));
        assertRefused(
                ErrorCode.CONFLICT,
                () ->
                        deployments()
                                .changed(
                                        deployment(alone, "iris", 1), revision(1, TRAFFIC, alone)));
        assertThat(deployments().deployments()).containsExactly(deployment(first, 1));
    }

    private static Variant canary(int weight) {
        return new Variant(
                2, Role.CANARY, weight, "onnxruntime", ModelConfig.DEFAULT, Map.of(), false);
    }

    private static Revision revision(long number, Revision.Action action, List<Variant> variants) {
        return new Revision(
                "iris",
                number,
                action,
                variants.getFirst().version(),
                StoreSamples.digest(variants.getFirst().version()),
                variants,
                "local",
                number % 2 == 0 ? null : "day two",
                StoreSamples.AT.plusSeconds(number));
    }

    @Test
    void instantsAreKeptToTheMicrosecond() {
        var first = version("iris", 1, 1);
        var at = Instant.parse("1999-12-31T23:59:59.999999999Z");
        var precise = new DeploymentRecord("iris", List.of(PLAIN), 1, at);

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
