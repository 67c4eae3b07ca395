package io.matih.inference.engine.device;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class HostMemoryTest {
    private static final long GIB = 1L << 30;

    @Test
    void modelsGetThreeQuartersLessTheHeapAndAtLeastAQuarter() {
        assertThat(HostMemory.shareForModels(16 * GIB, 4 * GIB)).isEqualTo(8 * GIB);
        assertThat(HostMemory.shareForModels(16 * GIB, 12 * GIB)).isEqualTo(4 * GIB);
        assertThat(HostMemory.shareForModels()).isBetween(1L, HostMemory.totalBytes());
    }
}
