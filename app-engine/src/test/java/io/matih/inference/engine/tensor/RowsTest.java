package io.matih.inference.engine.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.matih.inference.engine.error.ServingException;
import io.matih.inference.engine.serving.Tensors;

import org.junit.jupiter.api.Test;

import java.lang.foreign.MemorySegment;
import java.util.List;

class RowsTest {
    @Test
    void slicesPutTogetherAreTheWhole() {
        var whole = Tensors.fp32("x", new long[] {5, 2}, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
        var parts =
                List.of(Rows.slice(whole, 0, 2), Rows.slice(whole, 2, 2), Rows.slice(whole, 4, 1));
        assertThat(parts).extracting(Tensor::rows).containsExactly(2L, 2L, 1L);
        var joined = Rows.concat(parts);
        assertThat(joined.shape()).isEqualTo(whole.shape());
        assertThat(joined.data().mismatch(whole.data())).isEqualTo(-1);
    }

    @Test
    void stringsOfDifferentLengthAreSlicedByElement() {
        var whole = Tensors.bytes("s", new long[] {4, 1}, "", "é", "longer than the others", "z");
        var joined = Rows.concat(List.of(Rows.slice(whole, 0, 1), Rows.slice(whole, 1, 3)));
        assertThat(joined.data().mismatch(whole.data())).isEqualTo(-1);
    }

    @Test
    void aTensorHoldsExactlyWhatItsShapeSays() {
        var bytes = MemorySegment.ofArray(new byte[7]);
        assertThatThrownBy(() -> new Tensor("x", Datatype.FP32, Shape.of(2), bytes))
                .isInstanceOf(ServingException.class)
                .hasMessageContaining("'x': FP32 [2] takes 8 bytes, not 7");
        assertThatThrownBy(() -> new Tensor("x", Datatype.BYTES, Shape.of(2), bytes))
                .isInstanceOf(ServingException.class);
        assertThatThrownBy(() -> Shape.of(1L << 32, 1L << 32).elementCount())
                .isInstanceOf(ArithmeticException.class);
    }
}
