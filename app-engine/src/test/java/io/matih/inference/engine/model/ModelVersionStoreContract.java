package io.matih.inference.engine.model;

import static io.matih.inference.engine.deployment.StoreSamples.deployNext;
import static io.matih.inference.engine.deployment.StoreSamples.undeploy;
import static io.matih.inference.engine.deployment.StoreSamples.version;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.matih.inference.engine.deployment.DeploymentStore;
import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ServingException;

import org.junit.jupiter.api.Test;

/// What every `ModelVersionStore` holds. Each test gets empty stores.
public abstract class ModelVersionStoreContract {
    protected abstract ModelVersionStore versions();

    /// The deployments that add versions to the same store.
    protected abstract DeploymentStore deployments();

    @Test
    void anEmptyStoreKnowsNothing() {
        assertThat(versions().versions()).isEmpty();
        assertThat(versions().versions("iris")).isEmpty();
        assertThat(versions().find("iris", 1)).isEmpty();
        assertThat(versions().labels("iris")).isEmpty();
    }

    @Test
    void versionsAreListedByNameThenByNumber() {
        var tenth = deployNext(deployments(), version("iris", 10, 1));
        var second = deployNext(deployments(), version("iris", 2, 2));
        var wine = deployNext(deployments(), version("wine", 1, 3));
        var digits = deployNext(deployments(), version("digits", 3, 4));

        assertThat(versions().versions()).containsExactly(digits, second, tenth, wine);
        assertThat(versions().versions("iris")).containsExactly(second, tenth);
    }

    @Test
    void aVersionIsFoundByNameAndNumber() {
        var first = deployNext(deployments(), version("iris", 1, 1));

        assertThat(versions().find("iris", 1)).contains(first);
        assertThat(versions().find("iris", 2)).isEmpty();
        assertThat(versions().find("wine", 1)).isEmpty();
    }

    @Test
    void aDeleteForgetsTheVersionAndItsLabelsAlone() {
        deployNext(deployments(), version("iris", 1, 1));
        var second = deployNext(deployments(), version("iris", 2, 2));
        versions().label("iris", "old", 1);
        versions().label("iris", "older", 1);
        versions().label("iris", "stable", 2);

        versions().delete("iris", 1);

        assertThat(versions().versions()).containsExactly(second);
        assertThat(versions().labels("iris")).containsOnlyKeys("stable");
    }

    @Test
    void aDeleteOfWhatIsUnknownDoesNothing() {
        var first = deployNext(deployments(), version("iris", 1, 1));

        versions().delete("iris", 2);
        versions().delete("wine", 1);

        assertThat(versions().versions()).containsExactly(first);
    }

    @Test
    void aDeployedVersionIsNotDeleted() {
        var first = deployNext(deployments(), version("iris", 1, 1));
        versions().label("iris", "stable", 1);

        assertThatExceptionOfType(ServingException.class)
                .isThrownBy(() -> versions().delete("iris", 1))
                .satisfies(refusal -> assertThat(refusal.code()).isEqualTo(ErrorCode.IN_USE));

        assertThat(versions().versions()).containsExactly(first);
        assertThat(versions().labels("iris")).containsEntry("stable", 1);
    }

    @Test
    void anUndeployedVersionIsDeletedAndItsRevisionsStay() {
        deployNext(deployments(), version("iris", 1, 1));
        deployments().undeployed(undeploy("iris", 2));

        versions().delete("iris", 1);

        assertThat(versions().versions()).isEmpty();
        assertThat(deployments().revisions("iris")).hasSize(2);
    }

    @Test
    void aDeletedVersionNumberMayComeBackWithAnotherDigest() {
        deployNext(deployments(), version("iris", 1, 1));
        deployments().undeployed(undeploy("iris", 2));
        versions().delete("iris", 1);

        var again = deployNext(deployments(), version("iris", 1, 2));

        assertThat(versions().versions()).containsExactly(again);
    }

    @Test
    void aLabelMovesToAnotherVersion() {
        deployNext(deployments(), version("iris", 1, 1));
        deployNext(deployments(), version("iris", 2, 2));

        versions().label("iris", "stable", 1);
        versions().label("iris", "canary", 2);
        versions().label("iris", "stable", 2);

        assertThat(versions().labels("iris"))
                .hasSize(2)
                .containsEntry("stable", 2)
                .containsEntry("canary", 2);
    }

    @Test
    void labelsBelongToOneModel() {
        deployNext(deployments(), version("iris", 1, 1));
        deployNext(deployments(), version("wine", 1, 2));

        versions().label("iris", "stable", 1);

        assertThat(versions().labels("wine")).isEmpty();
    }

    @Test
    void aLabelForAnUnknownVersionIsRefused() {
        deployNext(deployments(), version("iris", 1, 1));
        versions().label("iris", "stable", 1);

        assertThatExceptionOfType(ServingException.class)
                .isThrownBy(() -> versions().label("iris", "stable", 2))
                .satisfies(
                        refusal -> assertThat(refusal.code()).isEqualTo(ErrorCode.MODEL_NOT_FOUND));

        assertThat(versions().labels("iris")).containsEntry("stable", 1);
    }

    @Test
    void aLabelIsTakenAway() {
        deployNext(deployments(), version("iris", 1, 1));
        versions().label("iris", "stable", 1);

        versions().unlabel("iris", "stable");
        versions().unlabel("iris", "never there");

        assertThat(versions().labels("iris")).isEmpty();
    }
}
