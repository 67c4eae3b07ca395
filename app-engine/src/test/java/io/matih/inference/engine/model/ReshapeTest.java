package io.matih.inference.engine.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.matih.inference.engine.tensor.Shape;

import org.junit.jupiter.api.Test;

import java.util.List;

class ReshapeTest {
    @Test
    void axesOfAnyLengthKeepTheirOrder() {
        var reshape = new Reshape(List.of(-1L, 6L, -1L), List.of(2L, -1L, 3L, -1L));
        assertThat(reshape.toModel(Shape.of(5, 6, 7), false)).isEqualTo(Shape.of(2, 5, 3, 7));
        assertThat(reshape.fromModel(Shape.of(2, 5, 3, 7), false)).isEqualTo(Shape.of(5, 6, 7));
    }

    @Test
    void theBatchsAxisStays() {
        var reshape = new Reshape(List.of(1L), List.of());
        assertThat(reshape.toModel(Shape.of(9, 1), true)).isEqualTo(Shape.of(9));
        assertThat(reshape.fromModel(Shape.of(9), true)).isEqualTo(Shape.of(9, 1));
        assertThat(reshape.fromModel(Shape.of(-1), true)).isEqualTo(Shape.of(-1, 1));
    }
}
