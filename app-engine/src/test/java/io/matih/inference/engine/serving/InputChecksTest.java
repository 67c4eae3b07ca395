package io.matih.inference.engine.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ServingException;
import io.matih.inference.engine.model.ModelMetadata;
import io.matih.inference.engine.tensor.Datatype;
import io.matih.inference.engine.tensor.Shape;
import io.matih.inference.engine.tensor.TensorSpec;

import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Map;

class InputChecksTest {
    private static final int MAX_ROWS = 8;

    /// Everything may be left out, each for itself.
    private static InputChecks checks(boolean batched) {
        var inputs =
                List.of(
                        new TensorSpec("a", Datatype.FP32, Shape.of(-1, 2), true),
                        new TensorSpec("b", Datatype.FP32, Shape.of(-1, 2), true));
        var metadata =
                new ModelMetadata(
                        inputs, inputs, 8, Map.of(), "", "", 1, 0, 0, List.of(), List.of(),
                        List.of(), List.of());
        return new InputChecks(metadata, batched, MAX_ROWS, 1 << 20);
    }

    @Test
    void nothingSaysHowManyRowsAreAskedForWhereEveryInputIsLeftOut() {
        var refusal =
                catchThrowableOfType(ServingException.class, () -> checks(true).check(List.of()));
        assertThat(refusal.code()).isEqualTo(ErrorCode.MISSING_INPUT);
        assertThat(refusal).hasMessageContainingAll("'a', 'b'", "rows");
    }

    @Test
    void withoutABatchEveryInputMayBeLeftOut() {
        assertThatCode(() -> checks(false).check(List.of())).doesNotThrowAnyException();
    }

    @Test
    void oneOfThemIsEnough() {
        var given = List.of(Tensors.fp32("b", new long[] {1, 2}, 1, 2));
        assertThatCode(() -> checks(true).check(given)).doesNotThrowAnyException();
    }
}
